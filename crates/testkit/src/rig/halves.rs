//! A connection of which one half is real and the test is the other half: what to do with it that both halves share.
//!
//! Invariant: [`Half::alive`] needs an answer from the real process over this very connection, not only a socket that
//! takes bytes.

use farway_proto::channel::{Capabilities, CompressionCode, Frame, Greeting};
use farway_proto::wayland::{Form, ObjectId, split_first};

use super::error::ensure;
use super::line::reason;
use super::party::DISPLAY;
use super::{AppHalf, Message, Party, Peer, RigError, ScreenHalf, skip_to, wait};

/// Which half the test plays on the channel, and its neighbour on the local socket.
#[derive(Debug)]
pub struct Half {
    /// The local end: an application if the process is a server, a compositor if it is a client.
    pub local: Party,
    /// The channel's end.
    pub peer: Peer,
    /// The process is a server.
    pub server: bool,
}

/// `wl_display.sync` or `get_registry` with this id, as bytes on the channel.
fn display_request(opcode: u16, id: u32) -> Result<Frame, RigError> {
    let message = farway_proto::wayland::Builder::new(DISPLAY, opcode).new_id(ObjectId(id));
    Ok(Frame::Protocol(message.finish(Form::Channel, 0)?.into()))
}

impl AppHalf {
    /// A connection whose header was read and answered with this wire version (16: without `Version`).
    ///
    /// # Errors
    /// The header does not come.
    pub fn half(&mut self, version: u32) -> Result<Half, RigError> {
        let (local, mut peer) = self.connect()?;
        peer.read_greeting()?;
        if version > 16 {
            peer.send(&Frame::Version(version));
        }
        Ok(Half { local, peer, server: true })
    }
}

impl ScreenHalf {
    /// A connection whose header said this wire version and compression, with a registry (2).
    ///
    /// # Errors
    /// The client does not connect to its compositor.
    pub fn half(&mut self, version: u32, compression: CompressionCode) -> Result<Half, RigError> {
        let mut peer = self.peer()?;
        peer.send_raw(greeting(version, compression).to_bytes().to_vec());
        peer.send(&display_request(1, 2)?);
        let mut local = self.accept(&mut peer)?;
        let first = local.inbox.pop_front();
        ensure(first.is_some_and(|it| it.is("wl_display.get_registry")), || "another first request".into())?;
        if version > 16 {
            let first = peer.next("Version")?;
            ensure(first == Frame::Version(17), || format!("{first:?} instead of Version"))?;
        }
        Ok(Half { local, peer, server: false })
    }
}

/// A header like that of a foreign server.
pub fn greeting(version: u32, compression: CompressionCode) -> Greeting {
    let mut greeting = Greeting::ours(compression, Capabilities::NONE);
    greeting.version.0 = version;
    greeting.key = *b"a peer's key";
    greeting
}

impl Half {
    /// Sends something through in both directions.
    ///
    /// # Errors
    /// It does not come out.
    pub fn alive(&mut self) -> Result<(), RigError> {
        if self.server {
            let id = self.local.new_id();
            self.local.send(DISPLAY, "sync", |m| m.new_id(id), Vec::new())?;
            let wanted = display_request(0, id.0)?;
            self.until_frame(&wanted)?;
            self.peer.send_message(id, 0, 0, |m| m.uint(1))?;
            self.peer.send_message(DISPLAY, 1, 0, |m| m.uint(id.0))?;
            return self.until_local("wl_display.delete_id");
        }
        let id = self.local.objects() as u32 + 1000;
        self.peer.send(&display_request(0, id)?);
        wait(&mut self.local, &mut self.peer, "sync", |local, _| {
            let is = |it: &Message| it.is("wl_display.sync") && it.bytes[8..] == id.to_le_bytes();
            found(skip_to(&mut local.inbox, is), local.is_closed(), "sync")
        })?;
        let done = self.local.send(ObjectId(id), "done", |m| m.uint(1), Vec::new())?;
        self.local.send(DISPLAY, "delete_id", |m| m.uint(id), Vec::new())?;
        // The two may come in one frame or in two.
        wait(&mut self.local, &mut self.peer, "an event on the channel", |_, peer| {
            let is = |frame: &Frame| matches!(frame, Frame::Protocol(body) if body.starts_with(&done));
            found(skip_to(&mut peer.inbox, is), peer.is_closed(), "an event on the channel")
        })
    }

    fn until_frame(&mut self, wanted: &Frame) -> Result<(), RigError> {
        wait(&mut self.local, &mut self.peer, "a request on the channel", |_, peer| {
            found(skip_to(&mut peer.inbox, |it| it == wanted), peer.is_closed(), "a request on the channel")
        })
    }

    /// Waits for a message at the local end; earlier ones are dropped.
    ///
    /// # Errors
    /// The connection ends before.
    pub fn until_local(&mut self, name: &str) -> Result<(), RigError> {
        wait(&mut self.local, &mut self.peer, name, |local, _| {
            found(skip_to(&mut local.inbox, |it| it.is(name)), local.is_closed(), name)
        })
    }

    /// Waits for the end of this connection as it must be after a fault: the application is told why, the channel ends
    /// with `Close`, the compositor sees the end. Returns the reason.
    ///
    /// # Errors
    /// It goes on, or ends otherwise.
    pub fn ends_with_reason(&mut self) -> Result<String, RigError> {
        if self.server {
            let text = wait(&mut self.local, &mut self.peer, "wl_display.error", |app, _| reason(app))?;
            self.both_closed()?;
            let last = self.peer.inbox.back();
            ensure(last == Some(&Frame::Close(0)), || format!("the channel ended with {last:?}"))?;
            return Ok(text);
        }
        self.both_closed()?;
        let mut frames = std::mem::take(&mut self.peer.inbox);
        let (close, error) = (frames.pop_back(), frames.pop_back());
        ensure(close == Some(Frame::Close(0)), || format!("the channel ended with {close:?}"))?;
        let Some(Frame::Protocol(body)) = error else {
            return Err(RigError::Failed(format!("no reason before Close but {error:?}")));
        };
        error_text(&body).ok_or_else(|| RigError::Failed("no wl_display.error before Close".into()))
    }

    fn both_closed(&mut self) -> Result<(), RigError> {
        wait(&mut self.local, &mut self.peer, "the end of both sockets", |local, peer| {
            Ok((local.is_closed() && peer.is_closed()).then_some(()))
        })
    }
}

/// What a wait at an inbox has come to.
fn found<T>(entry: Option<T>, closed: bool, what: &str) -> Result<Option<()>, RigError> {
    match entry {
        Some(_) => Ok(Some(())),
        None if closed => Err(RigError::Closed(what.to_owned())),
        None => Ok(None),
    }
}

/// The text of the last `wl_display.error` of a `Protocol` body.
pub fn error_text(body: &[u8]) -> Option<String> {
    let (mut rest, mut text) = (body, None);
    while let Ok(Some((header, message, next))) = split_first(rest, Form::Channel) {
        if (header.object, header.opcode) == (DISPLAY, 0) && message.len() > 20 {
            let bytes = message[20..].split(|byte| *byte == 0).next().unwrap_or_default();
            text = Some(String::from_utf8_lossy(bytes).into_owned());
        }
        rest = next;
    }
    text
}
