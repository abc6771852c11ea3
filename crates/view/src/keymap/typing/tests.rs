use super::*;

/// What a dead key and the symbol after it give, if they give a character.
pub(in super::super) fn compose(mark: char, then: Symbol) -> Option<char> {
    let alone = ALONE.iter().find(|entry| entry.0 == mark);
    match then {
        Symbol::Char(' ') => alone.map(|entry| entry.1),
        Symbol::Dead(other) if other == mark => alone.map(|entry| entry.2),
        Symbol::Char('I') if mark == '\u{307}' => Some('İ'),
        Symbol::Char(base) => {
            let pairs = COMPOSED.iter().find(|entry| entry.0 == mark)?.1;
            let small = single(base.to_lowercase())?;
            let mut chars = pairs.chars();
            while let (Some(letter), Some(result)) = (chars.next(), chars.next()) {
                if letter == small {
                    return if base == small { Some(result) } else { single(result.to_uppercase()) };
                }
            }
            None
        }
        _ => None,
    }
}

#[test]
fn the_table_has_pairs() {
    for (mark, pairs) in COMPOSED {
        assert_eq!(pairs.chars().count() % 2, 0);
        for letter in pairs.chars().step_by(2) {
            assert!(letter.is_ascii_lowercase(), "{letter}");
            assert!(compose(*mark, Symbol::Char(letter)).is_some_and(|c| c.is_lowercase() && !c.is_ascii()));
        }
    }
    assert_eq!(compose('\u{301}', Symbol::Char('É')), None);
    assert_eq!(compose('\u{302}', Symbol::Char('E')), Some('Ê'));
    assert_eq!(compose('\u{308}', Symbol::Dead('\u{308}')), Some('¨'));
    assert_eq!(compose('\u{301}', Symbol::Char(' ')), Some('\''));
}
