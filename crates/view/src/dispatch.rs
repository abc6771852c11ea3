//! From bytes to handlers: cuts messages, checks their objects and arguments, and calls the rule for each.
//!
//! Not here: what a message means; each subject has a table of rules. Invariant: a handler is called only with
//! arguments that satisfy the signature, with objects that exist where an object must be, and with the descriptors
//! that belong to the message.

use std::borrow::Cow;

use farway_proto::wayland::{Arg, ArgKind, Args, Header, MESSAGE_COUNT, ObjectId, Way, WireError, by_name};

use crate::client::{Data, Object, Target, is_client_id};
use crate::compositor::Compositor;
use crate::descriptor::Descriptor;
use crate::effect::ClientId;

/// What is done with one request: interface, name, handler.
pub(crate) type Rule = (&'static str, &'static str, Handler);

/// A handler. Its error ends the client.
pub(crate) type Handler = fn(&mut Compositor, &mut Request<'_>) -> Result<(), Refusal>;

/// A `wl_display.error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub object: ObjectId,
    pub code: u32,
    pub text: Cow<'static, str>,
}

/// Codes of `wl_display.error`.
pub(crate) mod code {
    pub const INVALID_OBJECT: u32 = 0;
    pub const INVALID_METHOD: u32 = 1;
    pub const NO_MEMORY: u32 = 2;
}

/// A request on its way to its handler.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub client: ClientId,
    pub id: ObjectId,
    pub version: u32,
    pub args: Args<'a>,
    pub descriptors: Vec<Descriptor>,
}

impl Request<'_> {
    /// The object that is spoken to.
    pub fn target(&self) -> Target {
        Target { client: self.client, id: self.id }
    }

    pub fn int(&self, at: usize) -> i32 {
        self.args.int(at).unwrap_or(0)
    }

    pub fn uint(&self, at: usize) -> u32 {
        self.args.uint(at).unwrap_or(0)
    }

    /// A fixed-point number, as it is.
    pub fn fixed(&self, at: usize) -> f64 {
        self.args.fixed(at).map_or(0.0, farway_proto::wayland::Fixed::to_f64)
    }

    /// An object argument; `None` for null.
    pub fn object(&self, at: usize) -> Option<ObjectId> {
        self.args.object(at).ok().filter(|id| !id.is_null())
    }

    /// The object that this request makes; it is in the client's list already.
    pub fn new_id(&self, at: usize) -> ObjectId {
        self.args.new_id(at).map_or(ObjectId(0), |new| new.id)
    }

    /// A text argument; invalid UTF-8 is replaced.
    pub fn text(&self, at: usize) -> Option<String> {
        let bytes = self.args.str(at).ok().flatten()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    pub fn descriptor(&mut self) -> Option<Descriptor> {
        if self.descriptors.is_empty() { None } else { Some(self.descriptors.remove(0)) }
    }

    /// An error on the object that is spoken to.
    pub fn refuse(&self, code: u32, text: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { object: self.id, code, text: text.into() }
    }

    /// An error on another object.
    pub fn refuse_at(&self, object: ObjectId, code: u32, text: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { object, code, text: text.into() }
    }

    /// One of the limits was hit.
    pub fn refuse_limit(&self, text: &'static str) -> Refusal {
        Refusal { object: ObjectId(1), code: code::NO_MEMORY, text: text.into() }
    }
}

/// Handlers by the id of their message.
#[derive(Clone, Debug)]
pub(crate) struct Table(Vec<Option<Handler>>);

impl Table {
    /// Joins the tables of all subjects. Rules for messages that do not exist are a mistake of ours, found by a test.
    pub fn new(subjects: &[&[Rule]]) -> Self {
        let mut handlers = vec![None; MESSAGE_COUNT];
        for (interface, name, handler) in subjects.iter().copied().flatten() {
            let message = by_name(interface.as_bytes()).and_then(|it| it.find(Way::Request, name));
            debug_assert!(message.is_some(), "{interface}.{name} does not exist");
            if let Some((_, signature)) = message {
                handlers[usize::from(signature.id)] = Some(*handler);
            }
        }
        Self(handlers)
    }
}

impl Compositor {
    /// Understands everything that has arrived from a client.
    pub(crate) fn dispatch(&mut self, client: ClientId) {
        loop {
            let Some(it) = self.clients.get_mut(&client).filter(|it| !it.dead) else { return };
            let result = match it.stream.next() {
                Ok(Some((header, message))) => self.message(client, header, &message),
                Ok(None) => return,
                Err(error) => Err(malformed(ObjectId(1), error)),
            };
            if let Err(refusal) = result {
                self.post(client, &refusal);
            }
        }
    }

    fn message(&mut self, client: ClientId, header: Header, message: &[u8]) -> Result<(), Refusal> {
        let id = header.object;
        let Some(it) = self.clients.get_mut(&client) else { return Ok(()) };
        let Some(object) = it.objects.get(&id.0) else {
            let text = format!("invalid object {}", id.0);
            return Err(Refusal { object: ObjectId(1), code: code::INVALID_OBJECT, text: text.into() });
        };
        let (interface, version) = (object.interface, object.version);
        let signature = interface.message(Way::Request, header.opcode).filter(|it| it.since <= version);
        let Some(signature) = signature else {
            let text = format!("invalid method {}, object {}@{}", header.opcode, interface.name, id.0);
            return Err(Refusal { object: ObjectId(1), code: code::INVALID_METHOD, text: text.into() });
        };
        let args = Args::parse(signature, &message[Header::SIZE..]).map_err(|error| malformed(id, error))?;
        let count = usize::from(signature.fds);
        if it.descriptors.len() < count {
            return Err(Refusal {
                object: ObjectId(1),
                code: code::INVALID_METHOD,
                text: "a descriptor is missing".into(),
            });
        }
        let descriptors = it.descriptors.drain(..count).collect();
        self.check_objects(client, id, &args)?;
        self.register(client, version, &args)?;
        let mut request = Request { client, id, version, args, descriptors };
        if let Some(handler) = self.table.0[usize::from(signature.id)] {
            handler(self, &mut request)?;
        }
        if signature.destructor {
            self.remove(Target { client, id });
        }
        Ok(())
    }

    /// Objects that are named must exist; of which interface they must be is the business of the handlers.
    fn check_objects(&self, client: ClientId, at: ObjectId, args: &Args<'_>) -> Result<(), Refusal> {
        let Some(it) = self.clients.get(&client) else { return Ok(()) };
        for arg in args.iter() {
            let Arg::Object(id) = arg else { continue };
            if !id.is_null() && !it.objects.contains_key(&id.0) {
                let text = format!("unknown object ({}) in a message to {}", id.0, at.0);
                return Err(Refusal { object: ObjectId(1), code: code::INVALID_OBJECT, text: text.into() });
            }
        }
        Ok(())
    }

    /// Puts the objects that a message makes into the client's list. `wl_registry.bind` sets its own version.
    fn register(&mut self, client: ClientId, version: u32, args: &Args<'_>) -> Result<(), Refusal> {
        let most = self.config.limits.objects;
        let Some(it) = self.clients.get_mut(&client) else { return Ok(()) };
        for (at, kind) in args.signature().args.iter().enumerate() {
            let (ArgKind::NewId(_), Ok(new)) = (kind, args.new_id(at)) else { continue };
            if !is_client_id(new.id) || it.objects.contains_key(&new.id.0) {
                let text = format!("invalid new id {}", new.id.0);
                return Err(Refusal { object: ObjectId(1), code: code::INVALID_OBJECT, text: text.into() });
            }
            if it.objects.len() >= most {
                let text = "too many objects".into();
                return Err(Refusal { object: ObjectId(1), code: code::NO_MEMORY, text });
            }
            // An unknown interface can come from `bind` only, which refuses it.
            let Some(interface) = new.interface else { continue };
            let version = new.named.map_or(version, |(_, version)| version);
            it.objects.insert(new.id.0, Object { interface, version, data: Data::Plain });
        }
        Ok(())
    }
}

fn malformed(object: ObjectId, error: WireError) -> Refusal {
    Refusal { object, code: code::INVALID_METHOD, text: error.to_string().into() }
}
