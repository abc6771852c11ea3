//! Reads the facts of one protocol XML.
//!
//! Not a validator of the XML's prose, enums or copyright: those are skipped. Invariant: messages keep the order of
//! the XML, which is the opcode order.

#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Formatter};

use roxmltree::{Document, Node, ParsingOptions};

use super::table::{Arg, Interface, Kind, Message};

/// Why an XML cannot be used.
#[derive(Debug)]
pub enum Error {
    /// Not well-formed.
    Syntax(roxmltree::Error),
    /// An element lacks an attribute, or it has an impossible value.
    Attribute { element: String, attribute: &'static str },
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Error::Syntax(error) => write!(f, "{error}"),
            Error::Attribute { element, attribute } => write!(f, "<{element}>: bad attribute {attribute}"),
        }
    }
}

/// The interfaces of a protocol XML; none when the XML is something else.
pub fn read(text: &str) -> Result<Vec<Interface>, Error> {
    // Any XML may lie below the folders; look at the text first, since some are not even well-formed.
    if !text.contains("<protocol") {
        return Ok(Vec::new());
    }
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(Error::Syntax)?;
    let root = document.root_element();
    if !root.has_tag_name("protocol") {
        return Ok(Vec::new());
    }
    root.children().filter(|node| node.has_tag_name("interface")).map(interface).collect()
}

fn interface(node: Node<'_, '_>) -> Result<Interface, Error> {
    let messages = |tag: &str| {
        node.children().filter(|node| node.has_tag_name(tag)).map(message).collect::<Result<_, _>>()
    };
    let mut interface = Interface {
        name: attribute(node, "name")?.to_owned(),
        version: number(node, "version")?,
        requests: messages("request")?,
        events: messages("event")?,
    };
    // Some XML adds messages without raising the version of the interface; the tables keep `since <= version`.
    let newest = interface.requests.iter().chain(&interface.events).map(|message| message.since).max();
    interface.version = interface.version.max(newest.unwrap_or(1));
    Ok(interface)
}

fn message(node: Node<'_, '_>) -> Result<Message, Error> {
    Ok(Message {
        name: attribute(node, "name")?.to_owned(),
        since: if node.has_attribute("since") { number(node, "since")? } else { 1 },
        destructor: node.attribute("type") == Some("destructor"),
        args: node.children().filter(|node| node.has_tag_name("arg")).map(arg).collect::<Result<_, _>>()?,
    })
}

fn arg(node: Node<'_, '_>) -> Result<Arg, Error> {
    let interface = node.attribute("interface").map(str::to_owned);
    let nullable = node.attribute("allow-null") == Some("true");
    let kind = match attribute(node, "type")? {
        "int" => Kind::Int,
        "uint" => Kind::Uint,
        "fixed" => Kind::Fixed,
        "array" => Kind::Array,
        "fd" => Kind::Fd,
        "string" => Kind::Str { nullable },
        "object" => Kind::Object { interface, nullable },
        "new_id" => Kind::NewId { interface },
        _ => return Err(bad(node, "type")),
    };
    Ok(Arg { name: attribute(node, "name")?.to_owned(), kind })
}

fn attribute<'a>(node: Node<'a, '_>, name: &'static str) -> Result<&'a str, Error> {
    let value = node.attribute(name).ok_or_else(|| bad(node, name))?;
    // What goes into a table must be a plain word.
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && !value.is_empty() { Ok(value) } else { Err(bad(node, name)) }
}

fn number(node: Node<'_, '_>, name: &'static str) -> Result<u32, Error> {
    attribute(node, name)?.parse().map_err(|_| bad(node, name))
}

fn bad(node: Node<'_, '_>, attribute: &'static str) -> Error {
    Error::Attribute { element: node.tag_name().name().to_owned(), attribute }
}
