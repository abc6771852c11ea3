//! The keys of the configuration, and what each sets.
//!
//! Invariant: a key has the name of the option and takes what the option takes, by the same parser.

use std::str::FromStr;

use toml::de::DeValue;

use super::error::Problem;
use crate::args::{Args, far};

/// A key and its value, which is a good one.
#[derive(Clone, Debug)]
pub struct Setting {
    key: &'static Key,
    value: Value,
}

/// A value as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Flag(bool),
    Text(String),
}

/// A key that is known.
#[derive(Debug)]
struct Key {
    name: &'static str,
    /// The field of [`Args`], by which it is known whether the option was given.
    id: &'static str,
    kind: Kind,
}

/// What a key takes, and where it goes.
#[derive(Debug)]
enum Kind {
    Flag(fn(&mut Args, bool)),
    Text(fn(&mut Args, &str) -> Result<(), String>),
    /// Integers are good, too.
    Number(fn(&mut Args, &str) -> Result<(), String>),
}

fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A name or a path that must not be empty.
fn name(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("an empty name".into()) } else { Ok(text.into()) }
}

macro_rules! flag {
    ($name:literal, $id:literal, $args:ident, $value:ident, $set:expr) => {
        Key { name: $name, id: $id, kind: Kind::Flag(|$args, $value| $set) }
    };
}

macro_rules! text {
    ($kind:ident, $name:literal, $id:literal, $args:ident, $value:ident, $set:expr) => {
        Key {
            name: $name,
            id: $id,
            kind: Kind::$kind(|$args, $value| {
                $set;
                Ok(())
            }),
        }
    };
}

/// All of them. `bootstrap` is `--no-bootstrap` the other way round: no is no name for a default.
static KEYS: [Key; 18] = [
    flag!("bootstrap", "no_bootstrap", args, value, args.far.no_bootstrap = !value),
    text!(Text, "compress", "compress", args, value, args.compress = parsed(value)?),
    flag!("debug", "debug", args, value, args.debug = value),
    text!(Text, "display", "display", args, value, args.display = Some(name(value)?.into())),
    text!(Text, "drm-node", "drm_node", args, value, args.drm_node = Some(name(value)?.into())),
    text!(
        Number,
        "grace",
        "grace",
        args,
        value,
        args.far.grace = far::grace(value).map_err(|error| error.to_string())?
    ),
    flag!("no-gpu", "no_gpu", args, value, args.no_gpu = value),
    flag!("optimistic", "no_optimistic", args, value, args.no_optimistic = !value),
    flag!("plain", "plain", args, value, args.plain = value),
    text!(Text, "remote-bin", "remote_bin", args, value, args.far.remote_bin = Some(name(value)?.into())),
    text!(Text, "remote-node", "remote_node", args, value, args.far.remote_node = Some(name(value)?.into())),
    text!(
        Text,
        "remote-socket",
        "remote_socket",
        args,
        value,
        args.far.remote_socket = Some(name(value)?.into())
    ),
    text!(Text, "secctx", "secctx", args, value, args.secctx = Some(name(value)?)),
    text!(Text, "ssh-bin", "ssh_bin", args, value, args.far.ssh_bin = Some(name(value)?.into())),
    text!(Number, "threads", "threads", args, value, args.threads = parsed(value)?),
    text!(Text, "title-prefix", "title_prefix", args, value, args.title_prefix = value.into()),
    text!(Text, "video", "video", args, value, args.video = parsed(value)?),
    flag!("xwls", "xwls", args, value, args.xwls = value),
];

impl Setting {
    /// Understands a key and its value; nothing for a key that is none of ours.
    /// `scratch` is something to try the value on.
    pub fn new(name: &str, value: &DeValue<'_>, scratch: &mut Args) -> Option<Result<Self, Problem>> {
        let key = KEYS.iter().find(|key| key.name == name)?;
        Some(key.value(value, scratch).map(|value| Self { key, value }))
    }

    /// The field of [`Args`] that it sets.
    pub fn id(&self) -> &'static str {
        self.key.id
    }

    /// Sets it.
    pub fn apply(&self, args: &mut Args) {
        match (&self.key.kind, &self.value) {
            (Kind::Flag(set), Value::Flag(value)) => set(args, *value),
            // It was tried when the file was read.
            (Kind::Text(set) | Kind::Number(set), Value::Text(text)) => {
                let _ = set(args, text);
            }
            _ => {}
        }
    }
}

impl Key {
    fn value(&self, value: &DeValue<'_>, scratch: &mut Args) -> Result<Value, Problem> {
        let (set, expected) = match (&self.kind, value) {
            (Kind::Flag(_), DeValue::Boolean(value)) => return Ok(Value::Flag(*value)),
            (Kind::Flag(_), _) => return Err(wrong("true or false", value)),
            (Kind::Text(set), _) => (set, "a text in quotes"),
            (Kind::Number(set), _) => (set, "a number or a text in quotes"),
        };
        let text = match (value, &self.kind) {
            (DeValue::String(text), _) => text.to_string(),
            (DeValue::Integer(number), Kind::Number(_)) if number.radix() == 10 => number.as_str().into(),
            _ => return Err(wrong(expected, value)),
        };
        match set(scratch, &text) {
            Ok(()) => Ok(Value::Text(text)),
            Err(reason) => Err(Problem::Refused { value: text, reason }),
        }
    }
}

fn wrong(expected: &'static str, value: &DeValue<'_>) -> Problem {
    Problem::Type { expected, found: value.type_str() }
}

/// The known key that is most like this one, if any is.
pub fn like(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace('_', "-");
    let plain = plain.strip_prefix("no-").filter(|rest| *rest == "bootstrap").unwrap_or(&plain);
    let names = KEYS.iter().map(|key| key.name).chain(["host"]);
    let scored = names.map(|name| (strsim::jaro_winkler(name, plain), name));
    let (score, best) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score > 0.8).then_some(best)
}
