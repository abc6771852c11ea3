//! The `.wl` text format: facts about Wayland interfaces, nothing else.
//!
//! Used by the build script of `farway-proto` and by `cargo xtask protocols`. It is not an XML reader and it
//! knows nothing of Rust code. Invariant: `parse(print(file)) == file`.
//!
//! ```text
//! # a comment
//! interface wl_shm 2
//!   request create_pool(id: new wl_shm_pool, fd: fd, size: int)
//!   request release() destructor since 2
//!   event format(format: uint)
//! ```
//!
//! Opcodes are the order of the lines, counted separately for requests and events. Argument kinds are `int`,
//! `uint`, `fixed`, `string`, `array`, `fd`, `object INTERFACE`, `new INTERFACE`, and `object` or `new` without
//! an interface. A `?` after `string` or `object` means that null is allowed.

use std::fmt::{self, Display, Formatter, Write as _};

/// First line of a file that was written by hand because no XML of it is packaged anywhere.
pub const HANDWRITTEN: &str = "# handwritten";

/// One `.wl` file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct File {
    /// The file opens with [`HANDWRITTEN`] and is never regenerated.
    pub handwritten: bool,
    /// In the order of the file.
    pub interfaces: Vec<Interface>,
}

/// One interface with all its messages, in opcode order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Interface {
    /// Name, such as `wl_surface`.
    pub name: String,
    /// Highest version described.
    pub version: u32,
    /// Requests, the index is the opcode.
    pub requests: Vec<Message>,
    /// Events, the index is the opcode.
    pub events: Vec<Message>,
}

/// One request or event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Name, such as `attach`.
    pub name: String,
    /// First interface version that has it.
    pub since: u32,
    /// The object dies with this message.
    pub destructor: bool,
    /// In wire order.
    pub args: Vec<Arg>,
}

/// One argument.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arg {
    /// Name, for human readers.
    pub name: String,
    /// What is on the wire.
    pub kind: Kind,
}

/// What an argument is on the wire.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(missing_docs)]
pub enum Kind {
    Int,
    Uint,
    Fixed,
    Array,
    Fd,
    Str { nullable: bool },
    Object { interface: Option<String>, nullable: bool },
    NewId { interface: Option<String> },
}

/// A line that is not understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParseError {
    /// Counted from one.
    pub line: usize,
    /// The text of it.
    pub text: String,
}

impl Display for ParseError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: not understood: {}", self.line, self.text)
    }
}

/// Reads a whole file.
pub fn parse(text: &str) -> Result<File, ParseError> {
    let mut file = File { handwritten: text.starts_with(HANDWRITTEN), ..File::default() };
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        parse_line(&mut file, line).ok_or_else(|| ParseError { line: number + 1, text: line.to_owned() })?;
    }
    Ok(file)
}

fn parse_line(file: &mut File, line: &str) -> Option<()> {
    let (word, rest) = line.split_once(' ')?;
    match word {
        "interface" => {
            let (name, version) = rest.split_once(' ')?;
            file.interfaces.push(Interface {
                name: identifier(name)?,
                version: version.parse().ok()?,
                requests: Vec::new(),
                events: Vec::new(),
            });
        }
        "request" => file.interfaces.last_mut()?.requests.push(parse_message(rest)?),
        "event" => file.interfaces.last_mut()?.events.push(parse_message(rest)?),
        _ => return None,
    }
    Some(())
}

fn parse_message(text: &str) -> Option<Message> {
    let (name, rest) = text.split_once('(')?;
    let (args, flags) = rest.split_once(')')?;
    let args = if args.is_empty() {
        Vec::new()
    } else {
        args.split(", ").map(parse_arg).collect::<Option<Vec<_>>>()?
    };
    let mut message = Message { name: identifier(name)?, since: 1, destructor: false, args };
    let mut words = flags.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "destructor" => message.destructor = true,
            "since" => message.since = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(message)
}

fn parse_arg(text: &str) -> Option<Arg> {
    let (name, kind) = text.split_once(": ")?;
    Some(Arg { name: identifier(name)?, kind: parse_kind(kind)? })
}

fn parse_kind(text: &str) -> Option<Kind> {
    let (word, interface) = match text.split_once(' ') {
        Some((word, interface)) => (word, Some(identifier(interface)?)),
        None => (text, None),
    };
    let plain = |kind| if interface.is_none() { Some(kind) } else { None };
    match word {
        "int" => plain(Kind::Int),
        "uint" => plain(Kind::Uint),
        "fixed" => plain(Kind::Fixed),
        "array" => plain(Kind::Array),
        "fd" => plain(Kind::Fd),
        "string" => plain(Kind::Str { nullable: false }),
        "string?" => plain(Kind::Str { nullable: true }),
        "object" => Some(Kind::Object { interface, nullable: false }),
        "object?" => Some(Kind::Object { interface, nullable: true }),
        "new" => Some(Kind::NewId { interface }),
        _ => None,
    }
}

/// Names are letters, digits and underscores, so that they can go into Rust source and into lines unquoted.
fn identifier(text: &str) -> Option<String> {
    let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    good.then(|| text.to_owned())
}

/// The text of a whole file.
pub fn print(file: &File) -> String {
    let mut text = String::new();
    if file.handwritten {
        text.push_str(HANDWRITTEN);
        text.push('\n');
    }
    for (position, interface) in file.interfaces.iter().enumerate() {
        if position > 0 || file.handwritten {
            text.push('\n');
        }
        let _ = write!(text, "{interface}");
    }
    text
}

impl Display for Interface {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "interface {} {}", self.name, self.version)?;
        self.requests.iter().try_for_each(|message| writeln!(f, "  request {message}"))?;
        self.events.iter().try_for_each(|message| writeln!(f, "  event {message}"))
    }
}

impl Display for Message {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (position, arg) in self.args.iter().enumerate() {
            let comma = if position > 0 { ", " } else { "" };
            write!(f, "{comma}{}: {}", arg.name, arg.kind)?;
        }
        f.write_str(")")?;
        if self.destructor {
            f.write_str(" destructor")?;
        }
        if self.since > 1 {
            write!(f, " since {}", self.since)?;
        }
        Ok(())
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (word, nullable, interface) = match self {
            Kind::Int => ("int", false, None),
            Kind::Uint => ("uint", false, None),
            Kind::Fixed => ("fixed", false, None),
            Kind::Array => ("array", false, None),
            Kind::Fd => ("fd", false, None),
            Kind::Str { nullable } => ("string", *nullable, None),
            Kind::Object { interface, nullable } => ("object", *nullable, interface.as_deref()),
            Kind::NewId { interface } => ("new", false, interface.as_deref()),
        };
        f.write_str(word)?;
        if nullable {
            f.write_str("?")?;
        }
        match interface {
            Some(interface) => write!(f, " {interface}"),
            None => Ok(()),
        }
    }
}
