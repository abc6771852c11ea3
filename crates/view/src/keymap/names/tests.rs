use super::*;

#[test]
fn people_find_their_keys() {
    #[rustfmt::skip]
    let keys = [
        ("Return", 28), ("enter", 28), ("Escape", 1), ("ESC", 1), ("F5", 63), ("f24", 194), ("Left", 105), ("a", 30),
        ("A", 30), ("7", 8), ("ctrl", 29), ("Shift", 42), ("alt", 56), ("super", 125), ("Page_Up", 104), ("Prior", 104),
        ("space", 57), (" ", 57), ("minus", 12), ("-", 12), ("?", 53), ("question", 53), ("less", 86), ("Tab", 15),
        ("KEY_LEFTCTRL", 29), ("key_a", 30), ("XF86AudioMute", 113), ("AudioMute", 113), ("KP_Enter", 96), ("KP_5", 76),
        ("Delete", 111), ("BackSpace", 14), ("Print", 99), ("Caps_Lock", 58), ("Menu", 127), ("Control_R", 97),
        ("ISO_Level3_Shift", 100), ("AltGr", 100), ("Super_L", 125), ("Meta_R", 100), ("Insert", 110),
    ];
    for (name, code) in keys {
        assert_eq!(by_name(name), Some(code), "{name}");
    }
    for name in ["", "NoSymbol", "no such key", "F25", "ä", "key_"] {
        assert_eq!(by_name(name), None, "{name}");
    }
}

#[test]
fn aliases_are_lower_case_and_name_keys() {
    for (alias, key) in ALIASES {
        assert_eq!(alias.to_lowercase(), *alias);
        assert!(keys::code(key).is_some(), "{key}");
    }
}
