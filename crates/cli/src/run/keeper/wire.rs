//! How a porter talks to a keeper: a local socket, the near end's first words as they came, and the link's descriptors.
//!
//! Not the link itself. Invariant: nobody is believed before the system says that it is our own user, and nobody
//! makes a keeper wait: what is not whole is looked at again when more has come.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use farway_proto::session::frame::{FROM_FAR, FROM_NEAR, put_words, take_words};
use farway_proto::session::words::{Answer, Hello, Refusal, RefusalReason};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Received, Sent, Socket};
use serde::de::DeserializeOwned;

/// How long a caller may take for its words.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody at the keeper's socket.
#[derive(Debug)]
pub struct Caller {
    socket: Socket,
    input: BytesMut,
    descriptors: VecDeque<OwnedFd>,
    since: Instant,
}

/// What a caller has said so far.
#[derive(Debug)]
pub enum Heard {
    /// Not everything.
    Nothing,
    /// All of it.
    Hello(Box<Hello>),
    /// Nothing that can be understood, or it has gone.
    Gone,
}

/// The words of a far end, as bytes of a link or of a keeper's socket.
pub fn answer(answer: &Answer) -> Bytes {
    let mut bytes = BytesMut::new();
    // Values of these types always have a JSON form.
    put_words(&mut bytes, FROM_FAR, &serde_json::to_vec(answer).unwrap_or_default());
    bytes.freeze()
}

/// No, and why.
pub fn refused(reason: RefusalReason, text: impl Into<String>) -> Answer {
    Answer::Refused(Refusal { reason, text: text.into() })
}

impl Caller {
    /// Takes a connection, if it is from our own user.
    pub fn new(socket: Socket) -> Option<Self> {
        let ours = rustix::process::getuid().as_raw();
        match socket.peer_uid() {
            Ok(Some(uid)) if uid != ours && uid != 0 => None,
            Ok(_) => {
                let (input, descriptors) = (BytesMut::new(), VecDeque::new());
                Some(Self { socket, input, descriptors, since: Instant::now() })
            }
            Err(_) => None,
        }
    }

    /// Reads what there is.
    pub fn hear(&mut self) -> Heard {
        match self.socket.recv(&mut self.input, 64 << 10, &mut self.descriptors) {
            Ok(Received::Bytes(_)) => {}
            Ok(Received::Empty) => return if self.is_late() { Heard::Gone } else { Heard::Nothing },
            Ok(Received::Closed) | Err(_) => return Heard::Gone,
        }
        if self.descriptors.len() > 2 {
            return Heard::Gone;
        }
        match parse(&self.input) {
            Ok(Some(hello)) => Heard::Hello(Box::new(hello)),
            Ok(None) => Heard::Nothing,
            Err(NotWords) => Heard::Gone,
        }
    }

    /// Whether it has had all the time that it can have.
    pub fn is_late(&self) -> bool {
        self.since.elapsed() > PATIENCE
    }

    /// The link that it brought: to read, to write.
    pub fn link(&mut self) -> Option<(OwnedFd, OwnedFd)> {
        Some((self.descriptors.pop_front()?, self.descriptors.pop_front()?))
    }

    /// Answers over its own socket.
    pub fn reply(&self, words: &Answer) {
        let _ = self.socket.send(&[IoSlice::new(&answer(words))], &[]);
    }

    /// What is left once it has brought its link: as long as this is open, the porter waits.
    pub fn into_socket(self) -> Socket {
        self.socket
    }
}

impl AsFd for Caller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// These are not the first words of a near end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these are not the words of a farway")]
pub struct NotWords;

/// The near end's first words, once they are whole.
///
/// # Errors
/// [`NotWords`].
pub fn parse(bytes: &[u8]) -> Result<Option<Hello>, NotWords> {
    behind(FROM_NEAR, bytes)
}

/// The words behind a magic, once they are whole.
fn behind<T: DeserializeOwned>(magic: &[u8; 8], bytes: &[u8]) -> Result<Option<T>, NotWords> {
    let came = bytes.len().min(magic.len());
    if bytes[..came] != magic[..came] {
        return Err(NotWords);
    }
    match take_words(&mut BytesMut::from(&bytes[came..])) {
        Ok(Some(words)) => serde_json::from_slice(&words).map(Some).map_err(|_| NotWords),
        Ok(None) => Ok(None),
        Err(_) => Err(NotWords),
    }
}

/// Says `words` to a keeper, with the descriptors of a link. Blocks.
///
/// # Errors
/// The keeper is gone.
pub fn call(socket: &Socket, words: &[u8], link: &[BorrowedFd<'_>]) -> io::Result<()> {
    let (mut done, mut link) = (0, link);
    let mut polls = PollSet::new();
    while done < words.len() {
        match socket.send(&[IoSlice::new(&words[done..])], link)? {
            Sent::Bytes(count) => {
                done += count;
                link = &[];
            }
            Sent::Full => {
                polls.clear();
                polls.add(socket.as_fd(), Interest::WRITE);
                polls.wait(None)?;
            }
            Sent::Closed => return Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
    Ok(())
}

/// Waits for a keeper's answer over its socket; `None` if it closed the socket instead. Blocks.
///
/// # Errors
/// It took too long, or said something else.
pub fn listen(socket: &Socket, patience: Option<Duration>) -> io::Result<Option<Answer>> {
    let until = patience.map(|patience| Instant::now() + patience);
    let (mut input, mut none, mut polls) = (BytesMut::new(), VecDeque::new(), PollSet::new());
    loop {
        polls.clear();
        polls.add(socket.as_fd(), Interest::READ);
        polls.wait(until.map(|until| until.saturating_duration_since(Instant::now())))?;
        match socket.recv(&mut input, 64 << 10, &mut none).map_err(io::Error::other)? {
            Received::Closed => return Ok(None),
            Received::Empty if until.is_some_and(|until| Instant::now() >= until) => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Received::Empty => {}
            Received::Bytes(_) => {
                if let Some(answer) = parse_answer(&input).map_err(|_| io::ErrorKind::InvalidData)? {
                    return Ok(Some(answer));
                }
            }
        }
    }
}

/// A far end's answer, once it is whole.
///
/// # Errors
/// [`NotWords`].
pub fn parse_answer(bytes: &[u8]) -> Result<Option<Answer>, NotWords> {
    behind(FROM_FAR, bytes)
}
