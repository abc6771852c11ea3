//! Takes one message to its handler: arguments, new objects, verdict, destructors. The same for both
//! directions; what differs is where descriptors come from and where the bytes go.
//!
//! Invariant: if the verdict is [`Verdict::Wait`], nothing has changed and the same message can come again.

use super::effect::{Adopt, Handover, Note};
use super::fault::{Fault, Party, Reason};
use super::state::State;
use crate::handlers;
use crate::ids::{FdId, Rid};
use crate::wayland::{ArgKind, Args, Header, Interface, Line, ObjectId, Signature, Way, WireError};

/// What a handler says of one Wayland message.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Forward it as it is.
    Pass,
    /// Forward these bytes instead (program form, no tag).
    Rewrite(Vec<u8>),
    /// Forward nothing.
    Swallow,
    /// Ask again when updates to this shadow are applied. Only for messages from the channel, and only
    /// before anything was changed.
    Wait(Rid),
}

/// A rule for one message.
pub(crate) type Handler = fn(&mut Cx<'_>) -> Result<Verdict, Fault>;

/// What a handler works with.
pub(crate) struct Cx<'a> {
    pub state: &'a mut State,
    /// The object the message is sent to or comes from.
    pub id: ObjectId,
    pub interface: &'static Interface,
    pub signature: &'static Signature,
    pub args: Args<'a>,
    pub header: Header,
    /// It comes from the channel; otherwise from the local program.
    pub inbound: bool,
    /// Descriptors of an outbound message.
    pub fds: Vec<FdId>,
    /// Shadows that go with the message.
    pub rids: Vec<Handover>,
}

impl Cx<'_> {
    /// Who sent the message.
    pub fn sender(&self) -> Party {
        if self.inbound { Party::Peer } else { Party::local(self.state.role) }
    }

    /// A fault of the sender.
    pub fn fault<T>(&self, reason: Reason) -> Result<T, Fault> {
        Err(Fault { at: self.sender(), reason })
    }

    /// A forbidden value in this message.
    pub fn bad<T>(&self, problem: super::fault::Problem) -> Result<T, Fault> {
        self.fault(Reason::Value(self.interface.name, self.signature.name, problem))
    }

    /// The value of an argument that was parsed.
    pub fn arg<T>(&self, value: Result<T, WireError>) -> Result<T, Fault> {
        value.map_err(|error| Fault { at: self.sender(), reason: error.into() })
    }

    /// Argument `at`, an int.
    pub fn int(&self, at: usize) -> Result<i32, Fault> {
        self.arg(self.args.int(at))
    }

    /// Argument `at`, an uint.
    pub fn uint(&self, at: usize) -> Result<u32, Fault> {
        self.arg(self.args.uint(at))
    }

    /// Argument `at`, an object.
    pub fn object(&self, at: usize) -> Result<ObjectId, Fault> {
        self.arg(self.args.object(at))
    }

    /// The id that argument `at` gives to a new object.
    pub fn new_id(&self, at: usize) -> Result<ObjectId, Fault> {
        Ok(self.arg(self.args.new_id(at))?.id)
    }

    /// The id of the message's only descriptor as a shadow: adopts it if it comes from the local program.
    pub fn fd(&mut self, kind: Adopt) -> Result<Rid, Fault> {
        if let Some(first) = self.rids.first() {
            return Ok(first.rid);
        }
        let Some(fd) = self.fds.pop() else {
            return self.fault(Reason::MissingFd(self.interface.name, self.signature.name));
        };
        let rid = self.state.adopt(fd, kind)?;
        let access = match kind {
            Adopt::SharedFile { .. } => super::Access::ReadWrite,
            Adopt::FixedFile { .. } => super::Access::ReadOnly,
            Adopt::PipeToWrite => super::Access::Move,
        };
        self.rids.push(Handover { rid, access });
        Ok(rid)
    }
}

/// A message on its way.
pub(crate) struct Passing<'a> {
    pub interface: &'static Interface,
    pub signature: &'static Signature,
    pub way: Way,
    pub header: Header,
    /// The whole message, header included.
    pub message: &'a [u8],
    pub inbound: bool,
}

/// Handles one message of a known object and signature. `fds` and `rids` as in [`Cx`].
pub(crate) fn dispatch(
    state: &mut State,
    passing: &Passing<'_>,
    fds: Vec<FdId>,
    rids: &mut Vec<Handover>,
) -> Result<Verdict, Fault> {
    let Passing { interface, signature, way, header, message, inbound } = *passing;
    let sender = if inbound { Party::Peer } else { Party::local(state.role) };
    let wire = |error: WireError| Fault { at: sender, reason: error.into() };
    let body = message.get(Header::SIZE..).unwrap_or_default();
    if state.config.trace {
        state.note(Note::Message(Line::new(way, Some(interface), header, body).to_string()));
    }
    let handler = handlers::find(signature);
    let args = if handler.is_some() || signature.new_ids || signature.variable {
        Some(Args::parse(signature, body).map_err(wire)?)
    } else {
        let words = signature.args.iter().filter(|kind| !matches!(kind, ArgKind::Fd)).count();
        if body.len() < words * 4 {
            return Err(wire(WireError::Truncated));
        }
        None
    };
    let mut verdict = Verdict::Pass;
    if let Some(args) = args {
        register_new(state, signature, &args, sender, way)?;
        if let Some(handler) = handler {
            let carried = std::mem::take(rids);
            let id = header.object;
            let mut cx = Cx { state, id, interface, signature, args, header, inbound, fds, rids: carried };
            verdict = handler(&mut cx)?;
            debug_assert!(!matches!(verdict, Verdict::Wait(_)) || (inbound && !signature.new_ids));
            *rids = cx.rids;
        } else if signature.fds > 0 && !inbound {
            return Err(Fault {
                at: sender,
                reason: Reason::UnforwardableFd(interface.name, signature.name),
            });
        }
    }
    if signature.destructor && !matches!(verdict, Verdict::Wait(_)) {
        // A client's object keeps its id until `delete_id`.
        if way == Way::Event || header.object.is_server_allocated() {
            state.forget(header.object);
        } else {
            handlers::destroyed(state, header.object);
        }
    }
    Ok(verdict)
}

fn register_new(
    state: &mut State,
    signature: &'static Signature,
    args: &Args<'_>,
    sender: Party,
    way: Way,
) -> Result<(), Fault> {
    if !signature.new_ids {
        return Ok(());
    }
    for (at, kind) in signature.args.iter().enumerate() {
        if let ArgKind::NewId(_) = kind {
            let new = args.new_id(at).map_err(|error| Fault { at: sender, reason: error.into() })?;
            if let Some(interface) = new.interface {
                state.register(new.id, interface, sender, way == Way::Event)?;
            }
        }
    }
    Ok(())
}
