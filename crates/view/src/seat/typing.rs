//! Typing by program: texts and combinations of keys, as if the user had typed them.
//!
//! Invariant: a text is typed as a whole or not at all, and every key that was pressed is released.

use crate::compositor::Compositor;
use crate::input::{Input, UnknownKey};
use crate::keymap::{Keymap, Keystroke};

/// `KEY_LEFTSHIFT`.
const SHIFT: u32 = 42;
/// `KEY_RIGHTALT`.
const ALTGR: u32 = 100;

impl Compositor {
    /// Types a text into whatever has the keyboard, with the layout that is chosen. Locks must be off, and no
    /// modifier down.
    ///
    /// # Errors
    /// The first character that cannot be typed with this layout; nothing was typed then.
    pub fn type_text(&mut self, now: u64, text: &str) -> Result<(), char> {
        let keys = &self.seat.keyboard.keys;
        let (keymap, group) = (keys.keymap(), keys.modifiers().group);
        let strokes = text.chars().map(|it| keymap.keystrokes_in(group, it).ok_or(it));
        let strokes: Vec<Vec<Keystroke>> = strokes.collect::<Result<_, char>>()?;
        for Keystroke { code, shift, altgr } in strokes.into_iter().flatten() {
            let held = [(shift, SHIFT), (altgr, ALTGR)].into_iter().filter(|it| it.0).map(|it| it.1);
            self.press_together(now, &held.chain([code]).collect::<Vec<_>>());
        }
        Ok(())
    }

    /// Presses keys by their names ([`Keymap::by_name`]) one after the other, and releases them the other way round:
    /// `["ctrl", "c"]`.
    ///
    /// # Errors
    /// The first name that no key has; nothing was pressed then.
    pub fn press_combo(&mut self, now: u64, names: &[&str]) -> Result<(), UnknownKey> {
        let code = |name: &&str| Keymap::by_name(name).ok_or_else(|| UnknownKey((*name).to_owned()));
        let codes: Vec<u32> = names.iter().map(code).collect::<Result<_, _>>()?;
        self.press_together(now, &codes);
        Ok(())
    }

    fn press_together(&mut self, now: u64, codes: &[u32]) {
        codes.iter().for_each(|code| self.on_input(now, Input::Key { code: *code, pressed: true }));
        codes.iter().rev().for_each(|code| self.on_input(now, Input::Key { code: *code, pressed: false }));
    }
}
