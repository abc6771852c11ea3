//! Sockets between a virtual machine and its host, and the way they are written: `[[s]CID:]port`.
//!
//! Linux and Android only; elsewhere every call says `Unsupported`, but addresses still parse. `CID` is the number of
//! a machine, the host if left out; `s` asks the host to pass the connection on to a sibling machine.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::str::FromStr;

use rustix::fs::OFlags;
use rustix::net::AddressFamily;

use crate::platform;

/// `VMADDR_CID_HOST`: the host of this machine.
pub const HOST: u32 = 2;

/// Where to connect to, or (only the port counts) to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VsockAddr {
    /// The machine; `None` is the host.
    pub cid: Option<u32>,
    /// The port.
    pub port: u32,
    /// Whether the host should pass the connection on, to a machine beside this one.
    pub to_host: bool,
}

/// Why a text is no [`VsockAddr`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VsockParseError {
    /// The part after the colon, or all of it, is not a decimal number below 2^32.
    #[error("the vsock port is not a number")]
    Port,
    /// The part before the colon is not a decimal number below 2^32, perhaps after an `s`.
    #[error("the vsock CID is not a number")]
    Cid,
}

fn number(text: &str) -> Option<u32> {
    // `parse` would let a plus sign through.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

impl FromStr for VsockAddr {
    type Err = VsockParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((cid, port)) = text.split_once(':') else {
            let port = number(text).ok_or(VsockParseError::Port)?;
            return Ok(Self { cid: None, port, to_host: false });
        };
        let port = number(port).ok_or(VsockParseError::Port)?;
        let sibling = cid.strip_prefix('s');
        let cid = number(sibling.unwrap_or(cid)).ok_or(VsockParseError::Cid)?;
        Ok(Self { cid: Some(cid), port, to_host: sibling.is_some() })
    }
}

impl fmt::Display for VsockAddr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.to_host, self.cid) {
            (false, None) => write!(out, "{}", self.port),
            (false, Some(cid)) => write!(out, "{cid}:{}", self.port),
            (true, cid) => write!(out, "s{}:{}", cid.unwrap_or(HOST), self.port),
        }
    }
}

/// Connects; waits until the other machine answers.
///
/// # Errors
/// `Unsupported` where there is no vsock; otherwise what the system says.
pub fn connect(address: VsockAddr) -> io::Result<OwnedFd> {
    let family = family()?;
    loop {
        let socket = platform::stream_socket(family)?;
        let cid = address.cid.unwrap_or(HOST);
        match platform::vsock_connect(socket.as_fd(), cid, address.port, address.to_host) {
            Ok(()) => return Ok(socket),
            // What became of an interrupted attempt is not known; a new socket starts over.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Listens for connections from any machine on `port`. There is no peer check: any local user of host and guests can
/// connect.
///
/// # Errors
/// `Unsupported` where there is no vsock; otherwise what the system says.
pub fn listen(port: u32) -> io::Result<VsockListening> {
    let socket = platform::stream_socket(family()?)?;
    platform::vsock_bind(socket.as_fd(), port)?;
    rustix::net::listen(&socket, 128)?;
    rustix::fs::fcntl_setfl(&socket, rustix::fs::fcntl_getfl(&socket)? | OFlags::NONBLOCK)?;
    Ok(VsockListening { fd: socket })
}

fn family() -> io::Result<AddressFamily> {
    platform::VSOCK.ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// A listening vsock socket.
#[derive(Debug)]
pub struct VsockListening {
    fd: OwnedFd,
}

impl VsockListening {
    /// One waiting connection, close-on-exec; `None` if nobody waits.
    ///
    /// # Errors
    /// What `accept` says.
    pub fn accept(&self) -> io::Result<Option<OwnedFd>> {
        super::listener::accept(self.fd.as_fd())
    }
}

impl AsFd for VsockListening {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests;
