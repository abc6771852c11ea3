use super::*;
use crate::keymap::board::{Kind, bits};

const MODIFIERS: [(&str, u32); 6] = [
    ("Shift", bits::SHIFT),
    ("Lock", bits::LOCK),
    ("Control", bits::CONTROL),
    ("Alt", bits::ALT),
    ("NumLock", bits::NUM_LOCK),
    ("LevelThree", bits::LEVEL_THREE),
];

fn mask(names: &str) -> u32 {
    let bit = |name| MODIFIERS.iter().find(|modifier| modifier.0 == name).unwrap().1;
    names.trim_start_matches('=').split('+').filter(|name| *name != "none").map(bit).sum()
}

/// The types of the text and of the model choose the same level, whatever modifiers are on.
#[test]
fn types_say_what_the_kinds_do() {
    use Kind::*;
    let kinds = [One, Two, Alphabetic, Keypad, PcAlt, PcControl, Four, FourAlphabetic, FourSemialphabetic];
    assert_eq!(kinds.len(), TYPES.len());
    for kind in kinds {
        let Type(_, used, entries, levels) = TYPES.iter().find(|entry| entry.0 == kind.name()).unwrap();
        for modifiers in 0..256 {
            let entry = entries.iter().find(|entry| mask(entry.0) == modifiers & mask(used));
            let level = entry.map_or(1, |entry| entry.1) as usize;
            assert_eq!(kind.level(modifiers) + 1, level, "{kind:?} {modifiers:#b}");
            assert!(level <= levels.len());
        }
    }
}
