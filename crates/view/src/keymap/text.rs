//! Writes the text of a keymap, in the format `XKB_V1`.
//!
//! Invariant: the text is complete (nothing is included) and says the same as the [`Board`].

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use super::board::{Board, Group, Key};
use super::keys::KEYS;

/// evdev's code 0 would be XKB's keycode 8.
const OFFSET: u32 = 8;

/// A key type: name, modifiers, levels of combinations (`=` marks one that preserves Lock), names of the levels.
struct Type(&'static str, &'static str, &'static [(&'static str, u32)], &'static [&'static str]);

#[rustfmt::skip]
static TYPES: &[Type] = &[
    Type("ONE_LEVEL", "none", &[], &["Any"]),
    Type("TWO_LEVEL", "Shift", &[("Shift", 2)], &["Base", "Shift"]),
    Type("ALPHABETIC", "Shift+Lock", &[("Shift", 2), ("Lock", 2)], &["Base", "Caps"]),
    Type("KEYPAD", "Shift+NumLock", &[("NumLock", 2)], &["Base", "Number"]),
    Type("PC_ALT_LEVEL2", "Alt", &[("Alt", 2)], &["Base", "Alt"]),
    Type("PC_CONTROL_LEVEL2", "Control", &[("Control", 2)], &["Base", "Control"]),
    Type("FOUR_LEVEL", "Shift+LevelThree", &[("Shift", 2), ("LevelThree", 3), ("Shift+LevelThree", 4)], LEVELS),
    Type("FOUR_LEVEL_ALPHABETIC", "Shift+Lock+LevelThree",
        &[("Shift", 2), ("Lock", 2), ("LevelThree", 3), ("Shift+LevelThree", 4), ("Lock+LevelThree", 4),
            ("Shift+Lock+LevelThree", 3)], LEVELS),
    Type("FOUR_LEVEL_SEMIALPHABETIC", "Shift+Lock+LevelThree",
        &[("Shift", 2), ("Lock", 2), ("LevelThree", 3), ("Shift+LevelThree", 4), ("=Lock+LevelThree", 3),
            ("=Shift+Lock+LevelThree", 4)], LEVELS),
];
const LEVELS: &[&str] = &["Base", "Shift", "Alt Base", "Shift Alt"];

/// What modifier keysyms do: the keysyms, the virtual modifier they stand for, the action.
static INTERPRETS: &[(&str, &str, &str)] = &[
    ("Shift_L Shift_R", "", "SetMods(modifiers=Shift,clearLocks)"),
    ("Control_L Control_R", "", "SetMods(modifiers=Control,clearLocks)"),
    ("Caps_Lock", "", "LockMods(modifiers=Lock)"),
    ("Num_Lock", "NumLock", "LockMods(modifiers=NumLock)"),
    ("Alt_L Alt_R", "Alt", "SetMods(modifiers=Alt,clearLocks)"),
    ("Meta_L Meta_R", "Meta", "SetMods(modifiers=Meta,clearLocks)"),
    ("Super_L Super_R", "Super", "SetMods(modifiers=Super,clearLocks)"),
    ("Hyper_L Hyper_R", "Hyper", "SetMods(modifiers=Hyper,clearLocks)"),
    ("ISO_Level3_Shift", "LevelThree", "SetMods(modifiers=LevelThree,clearLocks)"),
    ("ISO_Level5_Shift", "LevelFive", "SetMods(modifiers=LevelFive,clearLocks)"),
    ("ISO_Next_Group", "", "LockGroup(group=+1)"),
];

/// Which keys stand for which real modifier. `RALT` is in none: what it does depends on the layout.
static MODIFIER_MAP: &[(&str, &str)] = &[
    ("Shift", "<LFSH>, <RTSH>"),
    ("Control", "<LCTL>, <RCTL>"),
    ("Mod1", "<LALT>, <META>"),
    ("Mod2", "<NMLK>"),
    ("Mod4", "<LWIN>, <RWIN>, <SUPR>, <HYPR>"),
    ("Mod5", "<LVL3>"),
];

const VIRTUAL: &str = "\tvirtual_modifiers NumLock,Alt,LevelThree,LevelFive,Meta,Super,Hyper,ScrollLock;\n";

/// The text for these keys; `names` are those of the groups.
pub(super) fn write(board: &Board, names: &[&str]) -> String {
    let mut out = String::with_capacity(24 << 10);
    out.push_str("xkb_keymap {\n");
    keycodes(&mut out);
    types(&mut out);
    compat(&mut out);
    symbols(&mut out, board, names);
    out.push_str("};\n");
    out
}

/// Adds a line; writing to a string cannot fail.
macro_rules! line {
    ($out:expr, $($arg:tt)*) => {
        let _ = writeln!($out, $($arg)*);
    };
}

fn keycodes(out: &mut String) {
    let last = KEYS.iter().map(|key| key.0).max().unwrap_or(0);
    line!(out, "xkb_keycodes \"evdev\" {{\n\tminimum = {OFFSET};\n\tmaximum = {};", last + OFFSET);
    for key in KEYS {
        line!(out, "\t<{}> = {};", key.1, key.0 + OFFSET);
    }
    for (index, name) in ["Caps Lock", "Num Lock", "Scroll Lock"].iter().enumerate() {
        line!(out, "\tindicator {} = \"{name}\";", index + 1);
    }
    out.push_str("};\n");
}

fn types(out: &mut String) {
    out.push_str("xkb_types \"complete\" {\n");
    out.push_str(VIRTUAL);
    for Type(name, modifiers, entries, levels) in TYPES {
        line!(out, "\ttype \"{name}\" {{\n\t\tmodifiers = {modifiers};");
        for (entry, level) in *entries {
            let modifiers = entry.trim_start_matches('=');
            line!(out, "\t\tmap[{modifiers}] = {level};");
            if entry.starts_with('=') {
                line!(out, "\t\tpreserve[{modifiers}] = Lock;");
            }
        }
        for (index, level) in levels.iter().enumerate() {
            line!(out, "\t\tlevel_name[{}] = \"{level}\";", index + 1);
        }
        out.push_str("\t};\n");
    }
    out.push_str("};\n");
}

fn compat(out: &mut String) {
    out.push_str("xkb_compatibility \"complete\" {\n");
    out.push_str(VIRTUAL);
    out.push_str("\tinterpret.useModMapMods = AnyLevel;\n\tinterpret.repeat = False;\n");
    for (keysyms, modifier, action) in INTERPRETS {
        for keysym in keysyms.split(' ') {
            line!(out, "\tinterpret {keysym}+AnyOfOrNone(all) {{");
            if !modifier.is_empty() {
                line!(out, "\t\tvirtualModifier = {modifier};");
            }
            line!(out, "\t\taction = {action};\n\t}};");
        }
    }
    for (name, modifier) in [("Caps Lock", "Lock"), ("Num Lock", "NumLock"), ("Scroll Lock", "ScrollLock")] {
        line!(
            out,
            "\tindicator \"{name}\" {{\n\t\twhichModState = locked;\n\t\tmodifiers = {modifier};\n\t}};"
        );
    }
    out.push_str("};\n");
}

fn symbols(out: &mut String, board: &Board, names: &[&str]) {
    line!(out, "xkb_symbols \"{}\" {{", names.join("+"));
    for (index, name) in names.iter().enumerate() {
        line!(out, "\tname[Group{}] = \"{name}\";", index + 1);
    }
    for key in &board.keys {
        let groups: Vec<String> =
            key.groups.iter().enumerate().map(|(index, group)| group_text(index + 1, group)).collect();
        line!(out, "\tkey <{}> {{ {} }};", key.name, groups.join(", "));
    }
    for (modifier, keys) in MODIFIER_MAP {
        line!(out, "\tmodifier_map {modifier} {{ {keys} }};");
    }
    if board.keys.iter().any(|key| key.name == "CAPS" && gives(key, "Caps_Lock")) {
        line!(out, "\tmodifier_map Lock {{ <CAPS> }};");
    }
    out.push_str("};\n");
}

fn gives(key: &Key, name: &str) -> bool {
    key.groups.iter().flat_map(|group| &group.symbols).any(|symbol| symbol.name() == name)
}

fn group_text(number: usize, group: &Group) -> String {
    let symbols: Vec<_> = group.symbols.iter().map(|symbol| symbol.name()).collect();
    format!(
        "type[Group{number}] = \"{}\", symbols[Group{number}] = [ {} ]",
        group.kind.name(),
        symbols.join(", ")
    )
}
