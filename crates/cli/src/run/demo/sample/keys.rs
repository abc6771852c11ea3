//! What the keys of a US keyboard mean, by their numbers in Linux' `input-event-codes.h`.
//!
//! Not a keymap: a program that people write with would use the compositor's. Invariant: every code has a meaning.

use super::scene::state::Key;

/// Keys that print, from code 2 on; a space where there is none. Plain and with Shift.
const PLAIN: &[u8] = b"1234567890-=  qwertyuiop[]  asdfghjkl;'` \\zxcvbnm,./";
const SHIFTED: &[u8] = b"!@#$%^&*()_+  QWERTYUIOP{}  ASDFGHJKL:\"~ |ZXCVBNM<>?";

/// The meaning of a key with the state of Shift and Caps Lock.
pub fn meaning(code: u32, shift: bool, caps: bool) -> Key {
    let name = match code {
        1 => "esc",
        14 => return Key::Backspace,
        15 => "tab",
        28 | 96 => return Key::Enter,
        29 | 97 => "ctrl",
        42 | 54 => "shift",
        56 | 100 => "alt",
        57 => return Key::Letter(' '),
        58 => "caps",
        59 => "F1",
        60 => "F2",
        61 => "F3",
        62 => "F4",
        63 => "F5",
        64 => "F6",
        65 => "F7",
        66 => "F8",
        67 => "F9",
        68 => "F10",
        87 => "F11",
        88 => "F12",
        102 => "home",
        103 => "up",
        104 => "page up",
        105 => "left",
        106 => "right",
        107 => "end",
        108 => "down",
        109 => "page dn",
        110 => "ins",
        111 => "del",
        125 | 126 => "super",
        _ => return printable(code, shift, caps),
    };
    Key::Other(name)
}

fn printable(code: u32, shift: bool, caps: bool) -> Key {
    let position = code.checked_sub(2).and_then(|position| usize::try_from(position).ok());
    let plain = position.and_then(|position| PLAIN.get(position)).copied().filter(|&byte| byte != b' ');
    let (Some(position), Some(plain)) = (position, plain) else { return Key::Other("?") };
    let upper = if plain.is_ascii_alphabetic() { shift != caps } else { shift };
    let byte = if upper { SHIFTED.get(position).copied().unwrap_or(plain) } else { plain };
    Key::Letter(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_is_printed_on_them() {
        let letter = |code, shift, caps| match meaning(code, shift, caps) {
            Key::Letter(letter) => letter,
            other => panic!("{code}: {other:?}"),
        };
        // KEY_1, KEY_Q, KEY_A, KEY_SEMICOLON, KEY_GRAVE, KEY_BACKSLASH, KEY_Z, KEY_SLASH, KEY_M
        for (code, plain, shifted) in [
            (2, '1', '!'),
            (13, '=', '+'),
            (16, 'q', 'Q'),
            (30, 'a', 'A'),
            (39, ';', ':'),
            (40, '\'', '"'),
            (41, '`', '~'),
            (43, '\\', '|'),
            (44, 'z', 'Z'),
            (50, 'm', 'M'),
            (53, '/', '?'),
        ] {
            assert_eq!((letter(code, false, false), letter(code, true, false)), (plain, shifted), "{code}");
        }
        assert_eq!(
            (letter(30, false, true), letter(30, true, true), letter(2, false, true)),
            ('A', 'a', '1')
        );
        assert_eq!(PLAIN.len(), SHIFTED.len());
        for code in 0..800 {
            meaning(code, true, true);
        }
        meaning(u32::MAX, false, false);
    }
}
