//! Keymaps: what the keyboard of the embedded compositor tells clients its keys mean, which modifiers are on, and
//! which keys type a text.
//!
//! What it is not: libxkbcommon. It writes keymaps for the layouts it brings along and does not read those of others:
//! a text that the user gives is passed on as it is. The layouts are those of xkeyboard-config 2.35, checked against
//! it. Invariant: the text of a keymap, [`KeyState`] and [`Keymap::keystrokes`] say the same, as all come from one
//! table.

mod board;
mod keys;
mod layouts;
mod names;
mod state;
mod symbol;
#[cfg(test)]
mod tests;
mod text;
mod typing;

use std::sync::Arc;

pub use state::{Change, KeyState, Modifiers};
pub use typing::Keystroke;

use board::Board;
use layouts::Table;

/// Layouts in one keymap: X11 has no more groups.
const MAX_LAYOUTS: usize = 4;
/// Bytes of a text that the user gives.
const MAX_TEXT: usize = 1 << 20;

/// Why there is no keymap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// None of [`Keymap::layouts`].
    #[error("there is no keyboard layout {0:?}")]
    UnknownLayout(String),
    /// More than four layouts.
    #[error("a keymap has 4 layouts at most, not {0}")]
    TooManyLayouts(usize),
    /// The text has more than 1 MiB.
    #[error("a keymap of {0} bytes is too large: 1 MiB at most")]
    TooLarge(usize),
    /// The text is not a complete keymap of the format `XKB_V1`.
    #[error("that is no complete keymap: it has no section {0}")]
    Incomplete(&'static str),
    /// The text has a zero byte before its end, where clients would stop to read.
    #[error("a keymap has no zero bytes")]
    ZeroByte,
}

/// A keymap; does not change, and is cheap to clone.
#[derive(Clone, Debug)]
pub struct Keymap(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: String,
    board: Board,
    /// The text is the user's: what characters its keys give is not known.
    foreign: bool,
}

/// The layout `us`.
impl Default for Keymap {
    fn default() -> Self {
        let board = Board::new(&[layouts::table("us").unwrap_or_default()]);
        let text = text::write(&board, &["us"]);
        Self(Arc::new(Inner { text, board, foreign: false }))
    }
}

impl Keymap {
    /// The keymap of a layout of [`Self::layouts`], or of up to four separated by commas (`us,de`), which become
    /// groups; Alt and Shift together switch between them.
    ///
    /// # Errors
    /// [`KeymapError::UnknownLayout`] and [`KeymapError::TooManyLayouts`].
    pub fn layout(name: &str) -> Result<Self, KeymapError> {
        let names: Vec<&str> = name.split(',').map(str::trim).collect();
        if names.len() > MAX_LAYOUTS {
            return Err(KeymapError::TooManyLayouts(names.len()));
        }
        let table =
            |name: &&str| layouts::table(name).ok_or_else(|| KeymapError::UnknownLayout((*name).into()));
        let tables = names.iter().map(table).collect::<Result<Vec<Table>, _>>()?;
        let board = Board::new(&tables);
        let text = text::write(&board, &names);
        Ok(Self(Arc::new(Inner { text, board, foreign: false })))
    }

    /// The names that [`Self::layout`] knows, as xkeyboard-config has them.
    pub fn layouts() -> impl Iterator<Item = &'static str> {
        layouts::names()
    }

    /// A keymap that the user gives, complete, as `xkbcli compile-keymap` writes it. It is passed on as it is.
    ///
    /// Modifiers are taken to be on the keys and bits where they are in all keymaps of xkeyboard-config, the right Alt
    /// to be AltGr if the text has AltGr there. There is one group, and [`Self::keystrokes`] knows no character.
    ///
    /// # Errors
    /// [`KeymapError::TooLarge`], [`KeymapError::ZeroByte`] and [`KeymapError::Incomplete`].
    pub fn from_text(text: &str) -> Result<Self, KeymapError> {
        if text.len() > MAX_TEXT {
            return Err(KeymapError::TooLarge(text.len()));
        }
        // The zero byte that ends the text on the wire may be in the file.
        let text = text.strip_suffix('\0').unwrap_or(text);
        if text.contains('\0') {
            return Err(KeymapError::ZeroByte);
        }
        for section in ["xkb_keymap", "xkb_keycodes", "xkb_types", "xkb_symbols"] {
            if !text.contains(section) {
                return Err(KeymapError::Incomplete(section));
            }
        }
        let altgr = text.split_once("key <RALT>").and_then(|(_, rest)| rest.split_once("};"));
        let altgr = altgr.is_some_and(|(key, _)| key.contains("ISO_Level3_Shift"));
        let table = layouts::table(if altgr { "us(intl)" } else { "us" }).unwrap_or_default();
        let inner = Inner { text: text.to_owned(), board: Board::new(&[table]), foreign: true };
        Ok(Self(Arc::new(inner)))
    }

    /// The text for `wl_keyboard.keymap`, in the format `XKB_V1`, without the zero byte that follows it there.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// How many layouts there are.
    #[must_use]
    pub fn groups(&self) -> u32 {
        self.0.board.groups
    }

    /// How to type a character in the first layout, if it can be typed; with a dead key where it needs one.
    /// A line feed is Return.
    #[must_use]
    pub fn keystrokes(&self, c: char) -> Option<Vec<Keystroke>> {
        self.keystrokes_in(0, c)
    }

    /// How to type a character while that layout (from 0) is chosen. Locks must be off.
    #[must_use]
    pub fn keystrokes_in(&self, group: u32, c: char) -> Option<Vec<Keystroke>> {
        if self.0.foreign && !c.is_control() {
            return None;
        }
        typing::keystrokes(&self.0.board, group, c)
    }

    /// The evdev code of a key by its name, whatever the layout: `Return`, `F5`, `a`, `ctrl`, `Page_Up`. Letters and
    /// punctuation are where the US layout has them. Case does not matter.
    #[must_use]
    pub fn by_name(name: &str) -> Option<u32> {
        names::by_name(name)
    }

    fn board(&self) -> &Board {
        &self.0.board
    }
}
