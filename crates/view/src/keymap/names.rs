//! Names of keys, as people type them.
//!
//! A name is a keysym of the US layout or of a key that all layouts share, an alias from below, or evdev's own name
//! (`KEY_LEFTCTRL`). Case does not matter. Invariant: a name says a key, never a level: `A` is the key that `a` is.

#[cfg(test)]
mod tests;

use super::keys::{self, KEYS};
use super::layouts;
use super::symbol::Symbol;

/// Alias and the key's name in XKB.
#[rustfmt::skip]
static ALIASES: &[(&str, &str)] = &[
    ("enter", "RTRN"), ("ret", "RTRN"), ("esc", "ESC"), ("del", "DELE"), ("ins", "INS"), ("bksp", "BKSP"),
    ("page_up", "PGUP"), ("pageup", "PGUP"), ("pgup", "PGUP"),
    ("page_down", "PGDN"), ("pagedown", "PGDN"), ("pgdn", "PGDN"), ("pgdown", "PGDN"),
    ("ctrl", "LCTL"), ("control", "LCTL"), ("lctrl", "LCTL"), ("leftctrl", "LCTL"), ("rctrl", "RCTL"),
    ("rightctrl", "RCTL"), ("shift", "LFSH"), ("lshift", "LFSH"), ("leftshift", "LFSH"), ("rshift", "RTSH"),
    ("rightshift", "RTSH"), ("alt", "LALT"), ("lalt", "LALT"), ("leftalt", "LALT"), ("option", "LALT"),
    ("meta", "LALT"), ("altgr", "RALT"), ("ralt", "RALT"), ("rightalt", "RALT"), ("iso_level3_shift", "RALT"),
    ("super", "LWIN"), ("win", "LWIN"), ("windows", "LWIN"), ("logo", "LWIN"), ("cmd", "LWIN"),
    ("command", "LWIN"), ("leftmeta", "LWIN"), ("rightmeta", "RWIN"),
    ("caps", "CAPS"), ("capslock", "CAPS"), ("numlock", "NMLK"), ("scrolllock", "SCLK"), ("scroll", "SCLK"),
    ("sysrq", "PRSC"), ("printscreen", "PRSC"), ("prtsc", "PRSC"), ("compose", "COMP"), ("space", "SPCE"),
    ("spacebar", "SPCE"), ("dot", "AB09"), ("dash", "AE11"), ("hyphen", "AE11"), ("equals", "AE12"),
    ("plus", "AE12"), ("quote", "AC11"), ("backtick", "TLDE"), ("backquote", "TLDE"), ("leftbrace", "AD11"),
    ("rightbrace", "AD12"), ("less", "LSGT"), ("102nd", "LSGT"), ("backtab", "TAB"),
    ("mute", "MUTE"), ("volumedown", "VOL-"), ("volumeup", "VOL+"), ("power", "POWR"), ("ro", "AB11"),
    ("yen", "AE13"), ("back", "I166"), ("forward", "I167"), ("refresh", "I181"), ("playpause", "I172"),
    ("nextsong", "I171"), ("previoussong", "I173"), ("micmute", "I256"),
    ("kp0", "KP0"), ("kp1", "KP1"), ("kp2", "KP2"), ("kp3", "KP3"), ("kp4", "KP4"), ("kp5", "KP5"),
    ("kp6", "KP6"), ("kp7", "KP7"), ("kp8", "KP8"), ("kp9", "KP9"), ("kpdot", "KPDL"), ("kpenter", "KPEN"),
    ("kpplus", "KPAD"), ("kpminus", "KPSU"), ("kpasterisk", "KPMU"), ("kpslash", "KPDV"), ("kpequal", "KPEQ"),
    ("kp_page_up", "KP9"), ("kp_page_down", "KP3"),
];

/// The code of the key of that name.
pub(super) fn by_name(name: &str) -> Option<u32> {
    let lower = name.to_lowercase();
    let name = lower.strip_prefix("key_").unwrap_or(&lower);
    if let Some(alias) = ALIASES.iter().find(|alias| alias.0 == name) {
        return keys::code(alias.1);
    }
    let named = |keysym: &str| keysym.eq_ignore_ascii_case(name) && !matches!(keysym, "" | "NoSymbol");
    let printed = |symbol: &Symbol| named(&symbol.name()) || symbol.char().is_some_and(|c| one(name, c));
    let us = layouts::table("us")?.keys;
    // A key with the character on its lower half comes before one that has it on the upper.
    let lower = us.iter().find(|(_, symbols)| symbols.first().is_some_and(printed));
    let upper = || us.iter().find(|(_, symbols)| symbols.iter().any(printed));
    if let Some((code, _)) = lower.or_else(upper) {
        return Some(*code);
    }
    let shared = |keysym: &str| named(keysym) || keysym.strip_prefix("XF86").is_some_and(named);
    KEYS.iter().find(|key| key.2.split(' ').any(shared)).map(|key| key.0)
}

/// Whether the name is just this character.
fn one(name: &str, c: char) -> bool {
    let mut chars = name.chars();
    chars.next() == Some(c) && chars.next().is_none()
}
