//! A security context at the compositor: a socket whose clients it knows to be sandboxed.
//!
//! A client of five requests, before any connection is served; not part of the engine, which hides this interface
//! from applications. Invariants: the compositor has answered before [`create`] returns (some versions of libwayland
//! lose what comes just before a close); the context lives exactly as long as its [`Context`].

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use farway_proto::wayland::{Args, Builder, Form, Header, ObjectId, Stream, Way, WireError, by_name};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Flush, ListenError, Outbox, Received, RecvError, Socket, UnixListening, listen_unix};
use farway_sys::pipe::pipe;

use crate::transport::Dial;

#[cfg(test)]
mod tests;

/// What compositors' rules about sandboxes know; the same as waypipe's, so that they apply here too.
pub const ENGINE: &str = "waypipe";

const MANAGER: &str = "wp_security_context_manager_v1";

/// A compositor that has not answered by then will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// Read at once.
const CHUNK: usize = 4096;

const BACKLOG: i32 = 128;

/// Who the sandboxed applications are.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The application's ID.
    pub app_id: &'a str,
    /// The ID of this running instance of it.
    pub instance_id: &'a str,
}

/// Why there is no context.
#[derive(Debug, thiserror::Error)]
pub enum SecctxError {
    /// The context's socket cannot be made.
    #[error("no socket for it")]
    Listen(#[from] ListenError),
    /// The compositor was not reached, or something failed on the way.
    #[error("the connection to the compositor failed")]
    Io(#[from] io::Error),
    /// The compositor closed the connection without a word.
    #[error("the compositor closed the connection")]
    Closed,
    /// The compositor does not answer.
    #[error("the compositor does not answer")]
    Timeout,
    /// The compositor does not have the protocol.
    #[error("the compositor does not support {MANAGER}")]
    Missing,
    /// The compositor refused.
    #[error("the compositor refused: {text} (object {object}, code {code})")]
    Refused {
        /// Which object it complains about.
        object: u32,
        /// The object's error code.
        code: u32,
        /// What it says, with control characters escaped.
        text: String,
    },
    /// A name cannot be said in a message, or the compositor's words are none.
    #[error("a message is not valid")]
    Wire(#[from] WireError),
}

impl From<RecvError> for SecctxError {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::Io(error) => Self::Io(error),
            lost @ RecvError::FdsTruncated => Self::Io(io::Error::other(lost)),
        }
    }
}

/// A context. Dropping it tells the compositor to accept nobody else in it, and removes its socket.
#[derive(Debug)]
pub struct Context {
    /// The compositor ends the context when this is closed.
    _alive: OwnedFd,
    path: PathBuf,
}

impl Drop for Context {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Makes a context whose applications connect to a new socket at `path`.
///
/// # Errors
/// See [`SecctxError`]; nothing is left behind.
pub fn create(compositor: &dyn Dial, path: &Path, names: Names<'_>) -> Result<Context, SecctxError> {
    let mut talk = Talk::new(Socket::from(compositor.dial()?));
    let manager = talk.find_manager()?;
    let mut listening = listen_unix(path, BACKLOG)?;
    let (watched, alive) = pipe()?;
    talk.make(manager, names, &listening, &watched)?;
    // From here on the compositor alone listens, so that nobody waits at a dead socket when it is gone.
    listening.keep();
    Ok(Context { _alive: alive, path: path.into() })
}

/// Ids that we give, in order.
const REGISTRY: ObjectId = ObjectId(2);
const FIRST_SYNC: ObjectId = ObjectId(3);
const BOUND: ObjectId = ObjectId(4);
const CONTEXT: ObjectId = ObjectId(5);
const LAST_SYNC: ObjectId = ObjectId(6);

/// The conversation.
struct Talk {
    socket: Socket,
    stream: Stream,
    outbox: Outbox,
    poll: PollSet,
    until: Instant,
}

/// One event that matters.
enum Heard {
    Global { number: u32, manager: bool },
    Done(ObjectId),
}

impl Talk {
    fn new(socket: Socket) -> Self {
        let until = Instant::now() + PATIENCE;
        Self {
            socket,
            stream: Stream::new(Form::Program),
            outbox: Outbox::new(),
            poll: PollSet::new(),
            until,
        }
    }

    /// The global's number.
    fn find_manager(&mut self) -> Result<u32, SecctxError> {
        self.say(request("wl_display", ObjectId::DISPLAY, "get_registry")?.new_id(REGISTRY), Vec::new())?;
        self.say(request("wl_display", ObjectId::DISPLAY, "sync")?.new_id(FIRST_SYNC), Vec::new())?;
        let mut found = None;
        loop {
            match self.hear()? {
                Heard::Global { number, manager: true } => found = found.or(Some(number)),
                Heard::Done(FIRST_SYNC) => return found.ok_or(SecctxError::Missing),
                Heard::Global { .. } | Heard::Done(_) => {}
            }
        }
    }

    fn make(
        &mut self,
        manager: u32,
        names: Names<'_>,
        listening: &UnixListening,
        watched: &OwnedFd,
    ) -> Result<(), SecctxError> {
        const CONTEXTS: &str = "wp_security_context_v1";
        let fds = [listening.as_fd().try_clone_to_owned()?, watched.try_clone()?];
        let bind = request("wl_registry", REGISTRY, "bind")?.uint(manager).str(MANAGER.as_bytes());
        self.say(bind.uint(1).new_id(BOUND), Vec::new())?;
        self.say(request(MANAGER, BOUND, "create_listener")?.new_id(CONTEXT), fds.map(Arc::new).into())?;
        for (what, name) in [
            ("set_sandbox_engine", ENGINE),
            ("set_app_id", names.app_id),
            ("set_instance_id", names.instance_id),
        ] {
            self.say(request(CONTEXTS, CONTEXT, what)?.str(name.as_bytes()), Vec::new())?;
        }
        self.say(request(CONTEXTS, CONTEXT, "commit")?, Vec::new())?;
        self.say(request("wl_display", ObjectId::DISPLAY, "sync")?.new_id(LAST_SYNC), Vec::new())?;
        while !matches!(self.hear()?, Heard::Done(LAST_SYNC)) {}
        Ok(())
    }

    fn say(&mut self, message: Builder, fds: Vec<Arc<OwnedFd>>) -> Result<(), SecctxError> {
        self.outbox.push(Bytes::from(message.finish(Form::Program, 0)?), fds);
        Ok(())
    }

    /// Sends what is to be sent and waits for the next event that matters.
    fn hear(&mut self) -> Result<Heard, SecctxError> {
        loop {
            while let Some((header, message)) = self.stream.next()? {
                if let Some(heard) = understand(header, &message)? {
                    return Ok(heard);
                }
            }
            self.turn()?;
        }
    }

    fn turn(&mut self) -> Result<(), SecctxError> {
        // A compositor that closes has said why before; that is to be read first.
        let full = self.outbox.flush(&self.socket)? == Flush::Full;
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(SecctxError::Timeout);
        }
        self.poll.clear();
        self.poll.add(self.socket.as_fd(), Interest { readable: true, writable: full });
        self.poll.wait(Some(left))?;
        let mut bytes = BytesMut::new();
        match self.socket.recv(&mut bytes, CHUNK, &mut VecDeque::new())? {
            Received::Closed => Err(SecctxError::Closed),
            Received::Bytes(_) => {
                self.stream.push(&bytes);
                Ok(())
            }
            Received::Empty => Ok(()),
        }
    }
}

/// A request by its name.
fn request(interface: &str, object: ObjectId, name: &str) -> Result<Builder, WireError> {
    let interface = by_name(interface.as_bytes()).ok_or(WireError::Kind)?;
    let (opcode, _) = interface.find(Way::Request, name).ok_or(WireError::Opcode)?;
    Ok(Builder::new(object, opcode))
}

/// What an event says, if it matters.
fn understand(header: Header, message: &[u8]) -> Result<Option<Heard>, SecctxError> {
    let interface = match header.object {
        ObjectId::DISPLAY => "wl_display",
        REGISTRY => "wl_registry",
        FIRST_SYNC | LAST_SYNC => "wl_callback",
        _ => return Ok(None),
    };
    let signature = by_name(interface.as_bytes()).and_then(|it| it.message(Way::Event, header.opcode));
    let Some(signature) = signature else { return Ok(None) };
    let args = Args::parse(signature, message.get(Header::SIZE..).unwrap_or_default())?;
    Ok(match (interface, signature.name) {
        ("wl_display", "error") => {
            let text = String::from_utf8_lossy(args.str(2)?.unwrap_or_default());
            let text = text.chars().flat_map(plain).collect();
            return Err(SecctxError::Refused { object: args.object(0)?.0, code: args.uint(1)?, text });
        }
        ("wl_registry", "global") => {
            Some(Heard::Global { number: args.uint(0)?, manager: args.str(1)? == Some(MANAGER.as_bytes()) })
        }
        ("wl_callback", "done") => Some(Heard::Done(header.object)),
        _ => None,
    })
}

/// A letter as it may stand in a line of text.
fn plain(letter: char) -> impl Iterator<Item = char> {
    let control = letter.is_control();
    let escaped = control.then(|| letter.escape_default()).into_iter().flatten();
    escaped.chain((!control).then_some(letter))
}
