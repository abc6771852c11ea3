//! The host's keys as codes of evdev, and which of them are down.
//!
//! Not a keymap: what a key means is the compositor's matter. Invariant: every press that was told is followed by one
//! release; there are no repeats.

use std::collections::BTreeSet;

use winit::event::{ElementState, KeyEvent};
use winit::keyboard::{KeyCode, NativeKeyCode, PhysicalKey};

use crate::input::Input;

/// Keys that are down.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeSet<u32>);

impl Keys {
    /// What the compositor should hear of an event. The host makes `synthetic` ones up for keys that are down when a
    /// window gets the keyboard: those count for modifiers, which would be stuck or missing otherwise.
    pub fn event(&mut self, event: &KeyEvent, synthetic: bool) -> Option<Input> {
        let code = code(event.physical_key)?;
        let pressed = event.state == ElementState::Pressed;
        if event.repeat || (synthetic && pressed && !is_modifier(code)) {
            return None;
        }
        self.set(code, pressed)
    }

    fn set(&mut self, code: u32, pressed: bool) -> Option<Input> {
        let changed = if pressed { self.0.insert(code) } else { self.0.remove(&code) };
        changed.then_some(Input::Key { code, pressed })
    }

    /// The keyboard is somebody else's now.
    pub fn release_all(&mut self) -> impl Iterator<Item = Input> + use<> {
        std::mem::take(&mut self.0).into_iter().map(|code| Input::Key { code, pressed: false })
    }
}

/// Control, shift, alt and super, left and right.
fn is_modifier(code: u32) -> bool {
    matches!(code, 29 | 42 | 54 | 56 | 97 | 100 | 125 | 126)
}

/// The code of a key in Linux' `input-event-codes.h`; `None` if there is no such key there.
pub(super) fn code(key: PhysicalKey) -> Option<u32> {
    match key {
        PhysicalKey::Code(key) => TABLE.iter().find(|it| it.0 == key).map(|it| it.1),
        // What winit's names do not cover has the right code already, where the host counts as evdev does.
        PhysicalKey::Unidentified(NativeKeyCode::Xkb(code)) if code > 0 => Some(code),
        PhysicalKey::Unidentified(_) => None,
    }
}

/// Keys with their codes. Not there: keys that Linux does not know (`FnLock`, `Turbo`, `Hyper`, `Resume`, `Abort`, the
/// memory keys of a number pad, `F25` and above).
const TABLE: &[(KeyCode, u32)] = &[
    (KeyCode::Escape, 1),
    (KeyCode::Digit1, 2),
    (KeyCode::Digit2, 3),
    (KeyCode::Digit3, 4),
    (KeyCode::Digit4, 5),
    (KeyCode::Digit5, 6),
    (KeyCode::Digit6, 7),
    (KeyCode::Digit7, 8),
    (KeyCode::Digit8, 9),
    (KeyCode::Digit9, 10),
    (KeyCode::Digit0, 11),
    (KeyCode::Minus, 12),
    (KeyCode::Equal, 13),
    (KeyCode::Backspace, 14),
    (KeyCode::Tab, 15),
    (KeyCode::KeyQ, 16),
    (KeyCode::KeyW, 17),
    (KeyCode::KeyE, 18),
    (KeyCode::KeyR, 19),
    (KeyCode::KeyT, 20),
    (KeyCode::KeyY, 21),
    (KeyCode::KeyU, 22),
    (KeyCode::KeyI, 23),
    (KeyCode::KeyO, 24),
    (KeyCode::KeyP, 25),
    (KeyCode::BracketLeft, 26),
    (KeyCode::BracketRight, 27),
    (KeyCode::Enter, 28),
    (KeyCode::ControlLeft, 29),
    (KeyCode::KeyA, 30),
    (KeyCode::KeyS, 31),
    (KeyCode::KeyD, 32),
    (KeyCode::KeyF, 33),
    (KeyCode::KeyG, 34),
    (KeyCode::KeyH, 35),
    (KeyCode::KeyJ, 36),
    (KeyCode::KeyK, 37),
    (KeyCode::KeyL, 38),
    (KeyCode::Semicolon, 39),
    (KeyCode::Quote, 40),
    (KeyCode::Backquote, 41),
    (KeyCode::ShiftLeft, 42),
    (KeyCode::Backslash, 43),
    (KeyCode::KeyZ, 44),
    (KeyCode::KeyX, 45),
    (KeyCode::KeyC, 46),
    (KeyCode::KeyV, 47),
    (KeyCode::KeyB, 48),
    (KeyCode::KeyN, 49),
    (KeyCode::KeyM, 50),
    (KeyCode::Comma, 51),
    (KeyCode::Period, 52),
    (KeyCode::Slash, 53),
    (KeyCode::ShiftRight, 54),
    (KeyCode::NumpadMultiply, 55),
    (KeyCode::AltLeft, 56),
    (KeyCode::Space, 57),
    (KeyCode::CapsLock, 58),
    (KeyCode::F1, 59),
    (KeyCode::F2, 60),
    (KeyCode::F3, 61),
    (KeyCode::F4, 62),
    (KeyCode::F5, 63),
    (KeyCode::F6, 64),
    (KeyCode::F7, 65),
    (KeyCode::F8, 66),
    (KeyCode::F9, 67),
    (KeyCode::F10, 68),
    (KeyCode::NumLock, 69),
    (KeyCode::ScrollLock, 70),
    (KeyCode::Numpad7, 71),
    (KeyCode::Numpad8, 72),
    (KeyCode::Numpad9, 73),
    (KeyCode::NumpadSubtract, 74),
    (KeyCode::Numpad4, 75),
    (KeyCode::Numpad5, 76),
    (KeyCode::Numpad6, 77),
    (KeyCode::NumpadAdd, 78),
    (KeyCode::Numpad1, 79),
    (KeyCode::Numpad2, 80),
    (KeyCode::Numpad3, 81),
    (KeyCode::Numpad0, 82),
    (KeyCode::NumpadDecimal, 83),
    (KeyCode::Lang5, 85),
    (KeyCode::IntlBackslash, 86),
    (KeyCode::F11, 87),
    (KeyCode::F12, 88),
    (KeyCode::IntlRo, 89),
    (KeyCode::Lang3, 90),
    (KeyCode::Katakana, 90),
    (KeyCode::Lang4, 91),
    (KeyCode::Hiragana, 91),
    (KeyCode::Convert, 92),
    (KeyCode::KanaMode, 93),
    (KeyCode::NonConvert, 94),
    (KeyCode::NumpadEnter, 96),
    (KeyCode::ControlRight, 97),
    (KeyCode::NumpadDivide, 98),
    (KeyCode::PrintScreen, 99),
    (KeyCode::AltRight, 100),
    (KeyCode::Home, 102),
    (KeyCode::ArrowUp, 103),
    (KeyCode::PageUp, 104),
    (KeyCode::ArrowLeft, 105),
    (KeyCode::ArrowRight, 106),
    (KeyCode::End, 107),
    (KeyCode::ArrowDown, 108),
    (KeyCode::PageDown, 109),
    (KeyCode::Insert, 110),
    (KeyCode::Delete, 111),
    (KeyCode::AudioVolumeMute, 113),
    (KeyCode::AudioVolumeDown, 114),
    (KeyCode::AudioVolumeUp, 115),
    (KeyCode::Power, 116),
    (KeyCode::NumpadEqual, 117),
    (KeyCode::Pause, 119),
    (KeyCode::NumpadComma, 121),
    (KeyCode::Lang1, 122),
    (KeyCode::Lang2, 123),
    (KeyCode::IntlYen, 124),
    (KeyCode::SuperLeft, 125),
    (KeyCode::Meta, 125),
    (KeyCode::SuperRight, 126),
    (KeyCode::ContextMenu, 127),
    (KeyCode::BrowserStop, 128),
    (KeyCode::Again, 129),
    (KeyCode::Props, 130),
    (KeyCode::Undo, 131),
    (KeyCode::Copy, 133),
    (KeyCode::Open, 134),
    (KeyCode::Paste, 135),
    (KeyCode::Find, 136),
    (KeyCode::Cut, 137),
    (KeyCode::Help, 138),
    (KeyCode::LaunchApp2, 140),
    (KeyCode::Sleep, 142),
    (KeyCode::WakeUp, 143),
    (KeyCode::LaunchMail, 155),
    (KeyCode::BrowserFavorites, 156),
    (KeyCode::LaunchApp1, 157),
    (KeyCode::BrowserBack, 158),
    (KeyCode::BrowserForward, 159),
    (KeyCode::Eject, 161),
    (KeyCode::MediaTrackNext, 163),
    (KeyCode::MediaPlayPause, 164),
    (KeyCode::MediaTrackPrevious, 165),
    (KeyCode::MediaStop, 166),
    (KeyCode::BrowserHome, 172),
    (KeyCode::BrowserRefresh, 173),
    (KeyCode::NumpadParenLeft, 179),
    (KeyCode::NumpadParenRight, 180),
    (KeyCode::F13, 183),
    (KeyCode::F14, 184),
    (KeyCode::F15, 185),
    (KeyCode::F16, 186),
    (KeyCode::F17, 187),
    (KeyCode::F18, 188),
    (KeyCode::F19, 189),
    (KeyCode::F20, 190),
    (KeyCode::F21, 191),
    (KeyCode::F22, 192),
    (KeyCode::F23, 193),
    (KeyCode::F24, 194),
    (KeyCode::Suspend, 205),
    (KeyCode::BrowserSearch, 217),
    (KeyCode::MediaSelect, 226),
    (KeyCode::NumpadBackspace, 14),
    (KeyCode::NumpadStar, 55),
    (KeyCode::Select, 353),
    (KeyCode::NumpadClear, 355),
    (KeyCode::NumpadClearEntry, 355),
    (KeyCode::Fn, 464),
    (KeyCode::NumpadHash, 523),
];

#[cfg(test)]
mod tests;
