//! How to type a character: the keys for it, with dead keys where the layout has no key of its own.
//!
//! What follows a dead key is as in the Compose file of the X Window System for UTF-8, which clients go by. Invariant:
//! the keystrokes of a character give it, if no lock is on and the layout is the one asked for.

#[cfg(test)]
pub(super) mod tests;

use super::board::Board;
use super::keys;
use super::symbol::Symbol;

/// One key to press and release, with the modifiers to hold meanwhile.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Keystroke {
    /// Code of evdev.
    pub code: u32,
    /// With Shift held.
    pub shift: bool,
    /// With AltGr (`KEY_RIGHTALT`) held.
    pub altgr: bool,
}

/// What a dead key and a small letter give; capital letters give the capital. Combining character, then pairs of
/// letter and result.
#[rustfmt::skip]
static COMPOSED: &[(char, &str)] = &[
    ('\u{300}', "aàeèiìoòuùnǹwẁyỳ"),
    ('\u{301}', "aáeéiíoóuúyýcćlĺnńrŕsśzźgǵwẃ"),
    ('\u{302}', "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷ"),
    ('\u{303}', "aãoõnñiĩuũeẽyỹ"),
    ('\u{304}', "aāeēiīoōuū"),
    ('\u{306}', "aăgğeĕiĭoŏuŭ"),
    ('\u{307}', "cċeėgġzż"),
    ('\u{308}', "aäeëiïoöuüyÿ"),
    ('\u{30a}', "aåuů"),
    ('\u{30b}', "oőuű"),
    ('\u{30c}', "cčdďeěnňrřsštťzžlľgǧ"),
    ('\u{31b}', "oơuư"),
    ('\u{323}', "aạeẹiịoọuụyỵ"),
    ('\u{327}', "cçsşgģkķlļnņrŗtţ"),
    ('\u{328}', "aąeęiįuų"),
    ('\u{335}', "oødđlłhħtŧ"),
];

/// What a dead key gives with Space, and what it gives twice.
#[rustfmt::skip]
static ALONE: &[(char, char, char)] = &[
    ('\u{300}', '`', '`'), ('\u{301}', '\'', '´'), ('\u{302}', '^', '^'), ('\u{303}', '~', '~'),
    ('\u{304}', '¯', '¯'), ('\u{306}', '˘', '˘'), ('\u{307}', '˙', '˙'), ('\u{308}', '"', '¨'),
    ('\u{30a}', '°', '°'), ('\u{30b}', '˝', '˝'), ('\u{30c}', 'ˇ', 'ˇ'), ('\u{327}', '¸', '¸'),
    ('\u{328}', '˛', '˛'),
];

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    chars.next().filter(|_| chars.next().is_none())
}

/// The keys for a character in a group.
pub(super) fn keystrokes(board: &Board, group: u32, c: char) -> Option<Vec<Keystroke>> {
    let plain = |name: &str| Some(vec![Keystroke { code: keys::code(name)?, shift: false, altgr: false }]);
    match c {
        '\n' | '\r' => return plain("RTRN"),
        '\t' => return plain("TAB"),
        '\u{8}' => return plain("BKSP"),
        '\u{1b}' => return plain("ESC"),
        _ => {}
    }
    if let Some(stroke) = find(board, group, Symbol::Char(c)) {
        return Some(vec![stroke]);
    }
    pairs(c)
        .filter_map(|(mark, then)| {
            Some(vec![find(board, group, Symbol::Dead(mark))?, find(board, group, then)?])
        })
        .min_by_key(|strokes| strokes.iter().map(|stroke| cost(*stroke)).sum::<u32>())
}

/// The pairs of dead key and symbol that give a character.
fn pairs(c: char) -> impl Iterator<Item = (char, Symbol)> {
    let alone = ALONE.iter().flat_map(move |&(mark, spaced, twice)| {
        let spaced = (spaced == c).then_some((mark, Symbol::Char(' ')));
        let twice = (twice == c).then_some((mark, Symbol::Dead(mark)));
        spaced.into_iter().chain(twice)
    });
    let composed = COMPOSED.iter().flat_map(move |&(mark, pairs)| {
        let (letters, results) = (pairs.chars().step_by(2), pairs.chars().skip(1).step_by(2));
        letters.zip(results).filter_map(move |(letter, result)| {
            if result == c {
                return Some((mark, Symbol::Char(letter)));
            }
            let capital = c.is_uppercase() && single(result.to_uppercase()) == Some(c);
            capital.then_some((mark, Symbol::Char(letter.to_ascii_uppercase())))
        })
    });
    let dotted = (c == 'İ').then_some(('\u{307}', Symbol::Char('I')));
    let composed = composed.chain(dotted);
    alone.chain(composed)
}

/// The easiest key for a symbol.
fn find(board: &Board, group: u32, symbol: Symbol) -> Option<Keystroke> {
    let mut best: Option<Keystroke> = None;
    for key in &board.keys {
        let at = group as usize % key.groups.len().max(1);
        let Some(group) = key.groups.get(at) else { continue };
        for (level, _) in group.symbols.iter().enumerate().filter(|(_, at)| **at == symbol) {
            let stroke = Keystroke { code: key.code, shift: level & 1 != 0, altgr: level & 2 != 0 };
            if best.is_none_or(|best| cost(stroke) < cost(best)) {
                best = Some(stroke);
            }
        }
    }
    best
}

/// Few modifiers are good; keys that not every keyboard has are bad.
fn cost(stroke: Keystroke) -> u32 {
    const RARE: [u32; 3] = [86, 89, 124];
    1 + u32::from(stroke.shift) + 2 * u32::from(stroke.altgr) + 4 * u32::from(RARE.contains(&stroke.code))
}
