//! Messages as lines of text for debug logs, in the style of `WAYLAND_DEBUG`.
//!
//! Not a format to read back. Invariants: one line of printable text of at most [`MAX_LINE`] bytes, whatever the
//! message holds; and nothing that a person types, copies or names a window with is ever in it.

#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Formatter, Write as _};

use super::id::ObjectId;
use super::interface::{Interface, Signature, Way};
use super::message::{Arg, Args, Header, NewId};

/// Longest line in bytes, the cut mark included.
pub const MAX_LINE: usize = 512;
/// Ends a line that was cut.
const CUT: &str = "…";
/// Longest array that is printed byte by byte.
const MAX_ARRAY: usize = 16;

/// Strings of these messages are printed; everywhere else only their length. New protocols are private until
/// somebody looks at them.
const PUBLIC_STRINGS: [(&str, &str); 15] = [
    ("wl_display", "error"),
    ("wl_registry", "global"),
    ("wl_registry", "bind"),
    ("wl_seat", "name"),
    ("wl_output", "name"),
    ("wl_output", "geometry"),
    ("wl_output", "description"),
    ("xdg_toplevel", "set_app_id"),
    ("wl_data_offer", "offer"),
    ("wl_data_offer", "accept"),
    ("wl_data_offer", "receive"),
    ("wl_data_source", "offer"),
    ("wl_data_source", "send"),
    ("wl_data_source", "target"),
    ("zwp_tablet_tool_v2", "type"),
];

/// Interfaces whose every argument is about what the user types. Ids of objects are still printed.
const PRIVATE_INTERFACES: [&str; 6] =
    ["text_input", "input_method", "virtual_keyboard", "fake_input", "keyboard_filter", "key_state"];

/// Messages whose numbers are about what the user types, besides those with "key" in their name.
const PRIVATE_MESSAGES: [(&str, &str); 3] =
    [("wl_keyboard", "enter"), ("wl_keyboard", "modifiers"), ("org_kde_kwin_keystate", "stateChanged")];

/// Finds the interface of a live object, for arguments that name one.
type Lookup<'a> = &'a dyn Fn(ObjectId) -> Option<&'static Interface>;

/// One message, ready to be displayed, such as `wl_surface#5.attach(wl_buffer#7, 0, 0)`.
#[derive(Copy, Clone)]
pub struct Line<'a> {
    way: Way,
    interface: Option<&'static Interface>,
    header: Header,
    body: &'a [u8],
    lookup: Option<Lookup<'a>>,
}

impl<'a> Line<'a> {
    /// A message of an object with this interface, if known; `body` is the message without its header.
    pub fn new(way: Way, interface: Option<&'static Interface>, header: Header, body: &'a [u8]) -> Self {
        Self { way, interface, header, body, lookup: None }
    }

    /// Prints object arguments with the interface that `lookup` finds for them.
    #[must_use]
    pub fn with_objects(self, lookup: &'a dyn Fn(ObjectId) -> Option<&'static Interface>) -> Self {
        Self { lookup: Some(lookup), ..self }
    }

    fn write(&self, out: &mut Limited) -> fmt::Result {
        let name = self.interface.map_or("?", |interface| interface.name);
        write!(out, "{name}{}.", self.header.object)?;
        let signature = self.interface.and_then(|it| it.message(self.way, self.header.opcode));
        let Some(signature) = signature else {
            return write!(out, "{}(<{} bytes>)", self.header.opcode, self.body.len());
        };
        write!(out, "{}(", signature.name)?;
        match Args::parse(signature, self.body) {
            Ok(args) => self.write_args(out, name, signature, &args)?,
            Err(error) => write!(out, "<{error}>")?,
        }
        out.write_str(")")
    }

    fn write_args(
        &self,
        out: &mut Limited,
        name: &str,
        signature: &Signature,
        args: &Args<'_>,
    ) -> fmt::Result {
        let is = |entry: &(&str, &str)| *entry == (name, signature.name);
        let key = signature.name.contains("key") && signature.name != "keymap";
        let private = key
            || PRIVATE_MESSAGES.iter().any(is)
            || PRIVATE_INTERFACES.iter().any(|private| name.contains(private));
        let numbers = !private;
        let strings = numbers && PUBLIC_STRINGS.iter().any(is);
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                out.write_str(", ")?;
            }
            match arg {
                Arg::Object(id) => self.write_object(out, id)?,
                Arg::NewId(new) => write_new(out, &new)?,
                Arg::Fd => out.write_str("fd")?,
                Arg::Str(None) => out.write_str("nil")?,
                Arg::Str(Some(text)) if strings => write!(out, "\"{}\"", Escaped(text))?,
                Arg::Str(Some(text)) if numbers => write!(out, "<string of {} bytes>", text.len())?,
                Arg::Array(bytes) if numbers => write_array(out, bytes)?,
                Arg::Int(value) if numbers => write!(out, "{value}")?,
                Arg::Uint(value) if numbers => write!(out, "{value}")?,
                Arg::Fixed(value) if numbers => write!(out, "{value}")?,
                _ => out.write_str("<hidden>")?,
            }
        }
        Ok(())
    }

    fn write_object(&self, out: &mut Limited, id: ObjectId) -> fmt::Result {
        if id.is_null() {
            return out.write_str("nil");
        }
        let interface = self.lookup.and_then(|lookup| lookup(id));
        write!(out, "{}{id}", interface.map_or("", |interface| interface.name))
    }
}

fn write_new(out: &mut Limited, new: &NewId<'_>) -> fmt::Result {
    match (new.named, new.interface) {
        (Some((name, version)), _) => write!(out, "new {} v{version} {}", Escaped(name), new.id),
        (None, Some(interface)) => write!(out, "new {}{}", interface.name, new.id),
        (None, None) => write!(out, "new {}", new.id),
    }
}

/// Short arrays are states and lists of small numbers; long ones are data.
fn write_array(out: &mut Limited, bytes: &[u8]) -> fmt::Result {
    if bytes.len() > MAX_ARRAY {
        return write!(out, "array[{}]", bytes.len());
    }
    out.write_str("array[")?;
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
    out.write_str("]")
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut out = Limited { text: String::new() };
        // An error here only says that the limit was reached.
        let cut = self.write(&mut out).is_err();
        f.write_str(&out.text)?;
        if cut { f.write_str(CUT) } else { Ok(()) }
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// Text that grows up to a limit and is then cut between two characters.
struct Limited {
    text: String,
}

impl fmt::Write for Limited {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = (MAX_LINE - CUT.len()).saturating_sub(self.text.len());
        if more.len() <= room {
            self.text.push_str(more);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| more.is_char_boundary(*end)).unwrap_or(0);
        self.text.push_str(more.get(..end).unwrap_or(""));
        Err(fmt::Error)
    }
}

/// Bytes as text that fits into one line: UTF-8 is kept, control characters, double quotes, backslashes, line
/// separators and bytes that are not UTF-8 are escaped. At most [`MAX_LINE`] bytes.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = Limited { text: String::new() };
    if write!(out, "{}", Escaped(bytes)).is_err() {
        out.text.push_str(CUT);
    }
    out.text
}

struct Escaped<'a>(&'a [u8]);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                // `escape_debug` also escapes what a terminal could misread, such as U+202E.
                match character {
                    '\'' => f.write_char('\'')?,
                    other => write!(f, "{}", other.escape_debug())?,
                }
            }
            chunk.invalid().iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        }
        Ok(())
    }
}
