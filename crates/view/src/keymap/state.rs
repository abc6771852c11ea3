//! Which keys are down, and which modifiers follow from them.
//!
//! What it is not: a parser of keymaps; a text that the user gave is taken to have its modifiers where everybody has
//! them. Invariant: a key is down once at most, and what it did when it went down is undone when it comes up, even if
//! it would do something else by then.

#[cfg(test)]
mod tests;

use super::Keymap;
use super::board::bits;
use super::symbol::Symbol;

/// Modifiers as `wl_keyboard.modifiers` sends them. Bits: Shift 0, Lock 1, Control 2, Mod1 (Alt) 3,
/// Mod2 (Num Lock) 4, Mod3 5, Mod4 (Super) 6, Mod5 (AltGr) 7.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Modifiers {
    /// Held down.
    pub depressed: u32,
    /// For the next key only; no key of these keymaps does that.
    pub latched: u32,
    /// On until switched off: Caps Lock, Num Lock.
    pub locked: u32,
    /// The layout, from 0.
    pub group: u32,
}

impl Modifiers {
    /// All modifiers that are on, however they are.
    #[must_use]
    pub const fn effective(&self) -> u32 {
        self.depressed | self.latched | self.locked
    }
}

/// What a press or a release changed.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Change {
    /// False for a press of a key that is down, and for a release of one that is not.
    pub key_changed: bool,
    /// [`KeyState::modifiers`] gives something else than before.
    pub modifiers_changed: bool,
}

/// What a key does to the modifiers while it is down.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Action {
    None,
    /// Holds these modifiers.
    Hold(u32),
    /// Holds these modifiers, and unlocks them when it comes up if they were locked before (`true`).
    Lock(u32, bool),
    /// Has chosen the next layout.
    NextGroup,
}

/// Pressed keys and state of the modifiers for one keymap.
#[derive(Clone, Debug)]
pub struct KeyState {
    keymap: Keymap,
    pressed: Vec<u32>,
    /// What each of `pressed` does.
    actions: Vec<Action>,
    locked: u32,
    group: u32,
}

impl KeyState {
    /// No key is down, nothing is locked, the first layout.
    #[must_use]
    pub const fn new(keymap: Keymap) -> Self {
        Self { keymap, pressed: Vec::new(), actions: Vec::new(), locked: 0, group: 0 }
    }

    /// The keymap.
    #[must_use]
    pub const fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// A key goes down, by its code of evdev.
    pub fn press(&mut self, code: u32) -> Change {
        if self.pressed.contains(&code) {
            return Change::default();
        }
        let before = self.modifiers();
        let action = self.action(code);
        self.pressed.push(code);
        self.actions.push(action);
        match action {
            Action::Lock(mask, _) => self.locked |= mask,
            Action::NextGroup => self.group = (self.group + 1) % self.keymap.groups().max(1),
            Action::None | Action::Hold(_) => {}
        }
        Change { key_changed: true, modifiers_changed: before != self.modifiers() }
    }

    /// A key comes up, by its code of evdev.
    pub fn release(&mut self, code: u32) -> Change {
        let Some(at) = self.pressed.iter().position(|pressed| *pressed == code) else {
            return Change::default();
        };
        let before = self.modifiers();
        self.pressed.remove(at);
        if let Action::Lock(mask, true) = self.actions.remove(at) {
            self.locked &= !mask;
        }
        Change { key_changed: true, modifiers_changed: before != self.modifiers() }
    }

    /// The modifiers now.
    #[must_use]
    pub fn modifiers(&self) -> Modifiers {
        let depressed = self.actions.iter().fold(0, |mask, action| match action {
            Action::Hold(more) | Action::Lock(more, _) => mask | more,
            Action::None | Action::NextGroup => mask,
        });
        Modifiers { depressed, latched: 0, locked: self.locked, group: self.group }
    }

    /// Codes of the keys that are down, in the order of pressing.
    #[must_use]
    pub fn pressed(&self) -> &[u32] {
        &self.pressed
    }

    /// Lets all keys come up, and gives their codes in the order of pressing. Locks stay.
    pub fn release_all(&mut self) -> Vec<u32> {
        let codes = self.pressed.clone();
        for code in &codes {
            self.release(*code);
        }
        codes
    }

    fn action(&self, code: u32) -> Action {
        let modifiers = self.modifiers();
        let Symbol::Named(name) = self.keymap.board().symbol(code, modifiers.effective(), self.group) else {
            return Action::None;
        };
        let lock = |mask: u32| Action::Lock(mask, self.locked & mask != 0);
        match name {
            "Shift_L" | "Shift_R" => Action::Hold(bits::SHIFT),
            "Control_L" | "Control_R" => Action::Hold(bits::CONTROL),
            "Alt_L" | "Alt_R" | "Meta_L" | "Meta_R" => Action::Hold(bits::ALT),
            "Super_L" | "Super_R" | "Hyper_L" | "Hyper_R" => Action::Hold(bits::SUPER),
            "ISO_Level3_Shift" => Action::Hold(bits::LEVEL_THREE),
            "Caps_Lock" => lock(bits::LOCK),
            "Num_Lock" => lock(bits::NUM_LOCK),
            "ISO_Next_Group" => Action::NextGroup,
            _ => Action::None,
        }
    }
}
