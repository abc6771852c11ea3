//! One Wayland message that the test received.
//!
//! Invariant: it owns the descriptors that belong to it, and no others.

use std::fmt;
use std::os::fd::OwnedFd;

use bytes::Bytes;
use farway_proto::wayland::{Args, Header, Interface, ObjectId, Signature, Way};

use super::RigError;

/// A message as it came, with its descriptors.
#[derive(Debug)]
pub struct Message {
    /// Its first two words.
    pub header: Header,
    /// All of it, header included.
    pub bytes: Bytes,
    /// Its descriptors; empty if its interface is unknown.
    pub fds: Vec<OwnedFd>,
    pub(super) interface: Option<&'static Interface>,
    pub(super) way: Way,
}

impl Message {
    /// The object that sent it or that it is for.
    pub fn object(&self) -> ObjectId {
        self.header.object
    }

    /// Its signature, unless the interface is unknown.
    pub fn signature(&self) -> Option<&'static Signature> {
        self.interface?.message(self.way, self.header.opcode)
    }

    /// Whether it is `interface.message`, such as `wl_surface.commit`.
    pub fn is(&self, name: &str) -> bool {
        match (self.interface, self.signature()) {
            (Some(interface), Some(signature)) => name
                .strip_prefix(interface.name)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|message| message == signature.name),
            _ => false,
        }
    }

    /// Its arguments.
    ///
    /// # Errors
    /// The interface is unknown or the bytes do not satisfy the signature.
    pub fn args(&self) -> Result<Args<'_>, RigError> {
        let signature = self.signature().ok_or_else(|| RigError::NoMessage(self.to_string()))?;
        Ok(Args::parse(signature, &self.bytes[Header::SIZE..])?)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(f, self.interface, self.way, self.header)
    }
}

/// `interface@id.message (N bytes)`, as far as known.
pub(super) fn describe(
    f: &mut dyn fmt::Write,
    interface: Option<&'static Interface>,
    way: Way,
    header: Header,
) -> fmt::Result {
    let name = interface.map_or("?", |it| it.name);
    match interface.and_then(|it| it.message(way, header.opcode)) {
        Some(signature) => write!(f, "{name}@{}.{}", header.object.0, signature.name)?,
        None => write!(f, "{name}@{}.{}", header.object.0, header.opcode)?,
    }
    write!(f, " ({} bytes)", header.len)
}
