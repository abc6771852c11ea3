//! The text of a keymap, as long as real ones are.
//!
//! Not a keymap that somebody could type with: it has the form of what `xkbcli compile-keymap` prints. Invariant: it
//! is the same in every run.

use std::fmt::Write as _;

/// Keys in it; a keymap of this form is some 70 kB.
const KEYS: u32 = 248;

/// The text, with the zero byte at its end.
pub fn keymap() -> Vec<u8> {
    let mut text = String::from(
        "xkb_keymap {\nxkb_keycodes \"evdev+aliases(qwerty)\" {\n\tminimum = 8;\n\tmaximum = 708;\n",
    );
    for key in 0..KEYS {
        let _ = writeln!(text, "\t<I{:03}>               = {};", key + 9, key + 9);
    }
    text.push_str(
        "};\n\nxkb_types \"complete\" {\n\tvirtual_modifiers NumLock,Alt,LevelThree,LevelFive,Meta;\n",
    );
    for kind in 0..28 {
        let _ = writeln!(text, "\ttype \"TYPE_{kind}\" {{\n\t\tmodifiers= Shift+Lock+LevelThree;");
        for level in 1..8 {
            let _ = writeln!(
                text,
                "\t\tmap[{}]= {level};",
                ["Shift", "Lock", "LevelThree", "LevelFive"][level % 4]
            );
            let _ = writeln!(text, "\t\tlevel_name[{level}]= \"Level {level}\";");
        }
        text.push_str("\t};\n");
    }
    text.push_str("};\n\nxkb_compatibility \"complete\" {\n\tinterpret.useModMapMods= AnyLevel;\n");
    for rule in 0..90 {
        let _ = writeln!(
            text,
            "\tinterpret ISO_Level{}_Shift+AnyOf(all) {{\n\t\tvirtualModifier= LevelThree;\n\t\tuseModMapMods=level1;\n\t\taction= SetMods(modifiers=LevelThree,clearLocks);\n\t}};",
            rule
        );
    }
    text.push_str("};\n\nxkb_symbols \"pc+us+inet(evdev)\" {\n\tname[1]=\"English (US)\";\n\n");
    for key in 0..KEYS {
        let letter = char::from(b'a' + (key % 26) as u8);
        let _ = writeln!(
            text,
            "\tkey <I{:03}>               {{\n\t\ttype= \"FOUR_LEVEL_SEMIALPHABETIC\",\n\t\tsymbols[1]= [               {letter},               {}, U{:04X}, {letter}{}diaeresis ]\n\t}};",
            key + 9,
            letter.to_ascii_uppercase(),
            0x0100 + key,
            key % 7,
        );
    }
    text.push_str("};\n\n};\n\0");
    text.into_bytes()
}
