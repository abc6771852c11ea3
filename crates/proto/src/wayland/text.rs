//! Messages as lines of text, for debug logs.
//! Stub.
use super::interface::{Interface, Way};
use super::message::Header;
use std::fmt::{self, Display, Formatter};

/// A message that can be displayed.
#[derive(Debug)]
pub struct Line<'a> {
    interface: Option<&'static Interface>,
    way: Way,
    header: Header,
    body: &'a [u8],
}
impl<'a> Line<'a> {
    /// `body` is the message without header.
    pub fn new(way: Way, interface: Option<&'static Interface>, header: Header, body: &'a [u8]) -> Self {
        Self { interface, way, header, body }
    }
}
impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}{:?}{:?}{}",
            self.interface.map(|i| i.name),
            self.way,
            self.header.object,
            self.body.len()
        )
    }
}
/// Printable form.
pub fn escape(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
