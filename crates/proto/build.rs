//! Turns `protocols/*.wl` into static tables, `$OUT_DIR/tables.rs`.
//!
//! Not a place for protocol knowledge: what is not in the `.wl` files does not exist here. Invariant: interfaces
//! are sorted by name, and message ids are dense in that order, requests before events.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/table.rs"]
mod table;

use table::{Interface, Kind, Message};

/// libwayland refuses longer argument lists (`WL_CLOSURE_MAX_ARGS`).
const MAX_ARGS: usize = 20;
/// The channel form keeps eleven bits for the opcode.
const MAX_OPCODES: usize = 2048;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocols");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/table.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let interfaces = read(&folder);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("tables.rs");
    fs::write(&out, generate(&interfaces)).expect("OUT_DIR can be written");
}

/// All interfaces of all files by name; the build stops at anything doubtful.
fn read(folder: &Path) -> BTreeMap<String, Interface> {
    let mut interfaces = BTreeMap::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wl"))
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = table::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for interface in file.interfaces {
            let name = interface.name.clone();
            if interfaces.insert(name.clone(), interface).is_some() {
                panic!("{}: interface {name} is in another file too", path.display());
            }
        }
    }
    interfaces
}

fn generate(interfaces: &BTreeMap<String, Interface>) -> String {
    let mut source = String::new();
    let mut id = 0_usize;
    let count = interfaces.len();
    let _ = writeln!(source, "pub(super) static TABLE: [Interface; {count}] = [");
    for (index, interface) in interfaces.values().enumerate() {
        let (name, version) = (&interface.name, interface.version);
        let _ =
            write!(source, "Interface {{ name: \"{name}\", version: {version}, index: {index}, requests: ");
        messages(&mut source, interfaces, interface, &interface.requests, &mut id);
        source.push_str(", events: ");
        messages(&mut source, interfaces, interface, &interface.events, &mut id);
        source.push_str(" },\n");
    }
    source.push_str("];\n");
    let _ = writeln!(
        source,
        "/// Number of messages in the tables; message ids are below it.\npub const MESSAGE_COUNT: usize = {id};"
    );
    source
}

fn messages(
    source: &mut String,
    interfaces: &BTreeMap<String, Interface>,
    interface: &Interface,
    messages: &[Message],
    id: &mut usize,
) {
    assert!(messages.len() <= MAX_OPCODES, "{}: too many messages", interface.name);
    source.push_str("&[");
    for message in messages {
        assert!(message.args.len() <= MAX_ARGS, "{}.{}: too many arguments", interface.name, message.name);
        assert!(message.since <= interface.version, "{}.{}: since", interface.name, message.name);
        let kinds = || message.args.iter().map(|arg| &arg.kind);
        let fds = kinds().filter(|kind| matches!(kind, Kind::Fd)).count();
        let new_ids = kinds().any(|kind| matches!(kind, Kind::NewId { .. }));
        let variable = kinds()
            .any(|kind| matches!(kind, Kind::Str { .. } | Kind::Array | Kind::NewId { interface: None }));
        let (name, since, destructor) = (&message.name, message.since, message.destructor);
        let _ = write!(
            source,
            "\n Signature {{ name: \"{name}\", since: {since}, destructor: {destructor}, id: {id}, fds: {fds}, \
             new_ids: {new_ids}, variable: {variable}, args: &["
        );
        for kind in kinds() {
            argument(source, interfaces, interface, kind);
        }
        source.push_str("] },");
        *id += 1;
    }
    source.push(']');
}

fn argument(source: &mut String, interfaces: &BTreeMap<String, Interface>, owner: &Interface, kind: &Kind) {
    let position = |name: &str| {
        interfaces
            .keys()
            .position(|other| other == name)
            .unwrap_or_else(|| panic!("{} mentions the unknown interface {name}", owner.name))
    };
    let text = match kind {
        Kind::Int => "ArgKind::Int",
        Kind::Uint => "ArgKind::Uint",
        Kind::Fixed => "ArgKind::Fixed",
        Kind::Array => "ArgKind::Array",
        Kind::Fd => "ArgKind::Fd",
        Kind::Str { nullable: false } => "ArgKind::Str { nullable: false }",
        Kind::Str { nullable: true } => "ArgKind::Str { nullable: true }",
        Kind::Object { nullable: false, .. } => "ArgKind::Object { nullable: false }",
        Kind::Object { nullable: true, .. } => "ArgKind::Object { nullable: true }",
        Kind::NewId { interface: None } => "ArgKind::NewId(None)",
        Kind::NewId { interface: Some(name) } => {
            let _ = write!(source, "ArgKind::NewId(Some(&TABLE[{}])), ", position(name));
            return;
        }
    };
    source.push_str(text);
    source.push_str(", ");
}
