//! The least of a Wayland client: a registry and round trips. Not the project's own wire code on purpose: the harness
//! must not share a mistake with what it tests.
//!
//! Invariant: object ids are handed out once and in order, so a compositor that answers is enough to go on.

use super::RealError;
use super::error::Doing;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const DISPLAY: u32 = 1;

/// A connection to a compositor.
#[derive(Debug)]
pub struct Wire {
    stream: UnixStream,
    registry: u32,
    next: u32,
    globals: Vec<(String, u32, u32)>,
}

impl Wire {
    /// Connects and lists the globals; an error when there is no answer within `limit`.
    pub fn connect(socket: &Path, limit: Duration) -> Result<Self, RealError> {
        let stream = UnixStream::connect(socket).doing(format!("connect to {}", socket.display()))?;
        stream.set_read_timeout(Some(limit)).doing("set a time limit")?;
        let mut wire = Wire { stream, registry: 2, next: 3, globals: Vec::new() };
        wire.send(DISPLAY, 1, &[wire.registry])?; // wl_display.get_registry
        wire.round_trip()?;
        Ok(wire)
    }

    /// A new object id.
    pub fn id(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// The globals: interface, name, version.
    pub fn globals(&self) -> &[(String, u32, u32)] {
        &self.globals
    }

    /// Binds the first global of `interface` at `version`.
    pub fn bind(&mut self, interface: &'static str, version: u32) -> Result<u32, RealError> {
        let found = self.globals.iter().find(|(name, ..)| name == interface);
        let name = found.ok_or(RealError::NoGlobal(interface))?.1;
        let id = self.id();
        let mut args = vec![name, interface.len() as u32 + 1];
        let mut text = interface.as_bytes().to_vec();
        text.resize(interface.len() / 4 * 4 + 4, 0);
        args.extend(text.chunks_exact(4).map(|c| u32::from_ne_bytes([c[0], c[1], c[2], c[3]])));
        args.extend([version, id]);
        self.send(self.registry, 0, &args)?;
        Ok(id)
    }

    /// Sends one request with arguments of one word each.
    pub fn send(&mut self, object: u32, opcode: u16, args: &[u32]) -> Result<(), RealError> {
        let size = 8 + 4 * args.len() as u32;
        let words = [object, size << 16 | u32::from(opcode)];
        let bytes: Vec<u8> = words.iter().chain(args).flat_map(|w| w.to_ne_bytes()).collect();
        self.stream.write_all(&bytes).doing("send to the compositor")
    }

    /// Waits until the compositor has handled everything sent so far.
    pub fn round_trip(&mut self) -> Result<(), RealError> {
        let callback = self.id();
        self.send(DISPLAY, 0, &[callback])?; // wl_display.sync
        loop {
            let mut head = [0; 8];
            self.stream.read_exact(&mut head).doing("read from the compositor")?;
            let word = |i: usize| u32::from_ne_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
            let (object, opcode, size) = (word(0), word(4) & 0xffff, (word(4) >> 16) as usize);
            let mut body = vec![0; size.saturating_sub(8)];
            self.stream.read_exact(&mut body).doing("read from the compositor")?;
            match (object, opcode) {
                (DISPLAY, 0) => return Err(RealError::Answer("the compositor: a protocol error")),
                (o, 0) if o == callback => return Ok(()),
                (o, 0) if o == self.registry => self.globals.extend(global(&body)),
                _ => {}
            }
        }
    }
}

/// Reads `wl_registry.global`: name, interface, version.
fn global(body: &[u8]) -> Option<(String, u32, u32)> {
    let word = |at: usize| Some(u32::from_ne_bytes(body.get(at..at + 4)?.try_into().ok()?));
    let len = word(4)? as usize;
    let text = body.get(8..8 + len.checked_sub(1)?)?;
    let interface = String::from_utf8_lossy(text).into_owned();
    Some((interface, word(0)?, word(8 + len.div_ceil(4) * 4)?))
}
