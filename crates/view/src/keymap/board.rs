//! The keys of a keymap: every key's symbols by group and level, and which level is meant when.
//!
//! It is the model that both the text and the state of the keys come from, so that they agree. Invariant: every key
//! has at least one group, and every group one symbol for each level of its kind at most.

use super::keys::{self, KEYS};
use super::layouts::Table;
use super::symbol::Symbol;

/// Bits of the real modifiers, in the order of X11.
pub(super) mod bits {
    pub(in super::super) const SHIFT: u32 = 1;
    pub(in super::super) const LOCK: u32 = 1 << 1;
    pub(in super::super) const CONTROL: u32 = 1 << 2;
    pub(in super::super) const ALT: u32 = 1 << 3;
    pub(in super::super) const NUM_LOCK: u32 = 1 << 4;
    pub(in super::super) const SUPER: u32 = 1 << 6;
    pub(in super::super) const LEVEL_THREE: u32 = 1 << 7;
}

/// A key type of XKB: how modifiers choose the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    One,
    Two,
    Alphabetic,
    Keypad,
    Four,
    FourAlphabetic,
    FourSemialphabetic,
    PcAlt,
    PcControl,
}

impl Kind {
    /// The kind that XKB itself would choose for these symbols.
    fn of(symbols: &[Symbol]) -> Self {
        let cased = |at: usize| {
            let char = |at: usize| symbols.get(at).and_then(|symbol| symbol.char());
            char(at).is_some_and(char::is_lowercase) && char(at + 1).is_some_and(char::is_uppercase)
        };
        let keypad = symbols.iter().any(|symbol| matches!(symbol, Symbol::Named(n) if n.starts_with("KP_")));
        match symbols.len() {
            0 | 1 => Self::One,
            2 if cased(0) => Self::Alphabetic,
            2 if keypad => Self::Keypad,
            2 => Self::Two,
            _ if cased(0) && cased(2) => Self::FourAlphabetic,
            _ if cased(0) => Self::FourSemialphabetic,
            _ => Self::Four,
        }
    }

    /// Its name in the text of a keymap.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::One => "ONE_LEVEL",
            Self::Two => "TWO_LEVEL",
            Self::Alphabetic => "ALPHABETIC",
            Self::Keypad => "KEYPAD",
            Self::Four => "FOUR_LEVEL",
            Self::FourAlphabetic => "FOUR_LEVEL_ALPHABETIC",
            Self::FourSemialphabetic => "FOUR_LEVEL_SEMIALPHABETIC",
            Self::PcAlt => "PC_ALT_LEVEL2",
            Self::PcControl => "PC_CONTROL_LEVEL2",
        }
    }

    /// The level (from 0) that these modifiers choose.
    pub(super) fn level(self, modifiers: u32) -> usize {
        let has = |mask: u32| modifiers & mask != 0;
        let (shift, lock) = (has(bits::SHIFT), has(bits::LOCK));
        let third = 2 * usize::from(has(bits::LEVEL_THREE));
        match self {
            Self::One => 0,
            Self::Two => usize::from(shift),
            // Shift undoes Caps Lock.
            Self::Alphabetic => usize::from(shift != lock),
            // Shift gives the arrows back.
            Self::Keypad => usize::from(has(bits::NUM_LOCK) && !shift),
            Self::Four => third + usize::from(shift),
            Self::FourAlphabetic => third + usize::from(shift != lock),
            Self::FourSemialphabetic if third == 0 => usize::from(shift != lock),
            Self::FourSemialphabetic => third + usize::from(shift),
            Self::PcAlt => usize::from(has(bits::ALT)),
            Self::PcControl => usize::from(has(bits::CONTROL)),
        }
    }
}

/// What a key gives in one group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub kind: Kind,
    pub symbols: Vec<Symbol>,
}

impl Group {
    fn new(symbols: Vec<Symbol>) -> Self {
        Self { kind: Kind::of(&symbols), symbols }
    }

    fn named(names: &'static str) -> Self {
        let symbol = |name| if name == "NoSymbol" { Symbol::None } else { Symbol::Named(name) };
        Self::new(names.split(' ').map(symbol).collect())
    }
}

/// A key that gives something.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub code: u32,
    pub name: &'static str,
    pub groups: Vec<Group>,
}

/// All keys that give something, by code.
#[derive(Clone, Debug)]
pub(super) struct Board {
    pub keys: Vec<Key>,
    pub groups: u32,
}

impl Board {
    /// The keys of these layouts, one group each.
    pub(super) fn new(tables: &[Table]) -> Self {
        let several = tables.len() > 1;
        let keys = KEYS
            .iter()
            .filter_map(|key| Some(Key { code: key.0, name: key.1, groups: groups(key, tables, several)? }));
        Self { keys: keys.collect(), groups: u32::try_from(tables.len()).unwrap_or(u32::MAX) }
    }

    /// The key of a code.
    pub(super) fn key(&self, code: u32) -> Option<&Key> {
        let at = self.keys.binary_search_by_key(&code, |key| key.code).ok()?;
        self.keys.get(at)
    }

    /// What a key gives under these modifiers, in this group.
    pub(super) fn symbol(&self, code: u32, modifiers: u32, group: u32) -> Symbol {
        let Some(key) = self.key(code) else { return Symbol::None };
        // Groups that a key does not have wrap around, as XKB has it.
        let at = group as usize % key.groups.len().max(1);
        let Some(group) = key.groups.get(at) else { return Symbol::None };
        group.symbols.get(group.kind.level(modifiers)).copied().unwrap_or(Symbol::None)
    }
}

/// The groups of a key: one if the layouts do not differ, none if no layout has it.
fn groups(key: &'static keys::Fixed, tables: &[Table], several: bool) -> Option<Vec<Group>> {
    let &keys::Fixed(code, name, symbols) = key;
    let own = |table: &Table| match (name, table.keys.get(&code)) {
        (_, Some(symbols)) => Some(Group::new(symbols.clone())),
        ("KPDL", None) if table.comma => Some(Group::named("KP_Delete KP_Separator")),
        ("RALT", None) if table.altgr() => Some(Group::named("ISO_Level3_Shift")),
        _ => None,
    };
    let rest = || match symbols {
        "" => Group::named("NoSymbol"),
        _ => shared(name, symbols, several),
    };
    let own: Vec<Option<Group>> = tables.iter().map(own).collect();
    if own.iter().any(Option::is_some) {
        return Some(own.into_iter().map(|group| group.unwrap_or_else(rest)).collect());
    }
    (!symbols.is_empty()).then(|| vec![rest()])
}

/// A key that is the same in all layouts. Alt and Shift together change the layout, if there are several.
fn shared(name: &str, symbols: &'static str, several: bool) -> Group {
    let kind = |kind: Kind, names: &'static str| Group { kind, ..Group::named(names) };
    match (name, several) {
        ("LFSH", true) => kind(Kind::PcAlt, "Shift_L ISO_Next_Group"),
        ("RTSH", true) => kind(Kind::PcAlt, "Shift_R ISO_Next_Group"),
        ("LALT", true) => kind(Kind::Two, "Alt_L ISO_Next_Group"),
        ("RALT", true) => kind(Kind::Two, "Alt_R ISO_Next_Group"),
        ("PRSC", _) => kind(Kind::PcAlt, symbols),
        ("PAUS", _) => kind(Kind::PcControl, symbols),
        _ => Group::named(symbols),
    }
}
