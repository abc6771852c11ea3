use super::*;
use crate::keymap::symbol::Symbol;

#[test]
fn the_table_says_nothing_that_is_not_understood() {
    for line in TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        if line.starts_with('[') {
            let (name, base, rest) = head(line).unwrap();
            assert!(
                read(name, DEPTH).is_some() && base.is_none_or(|base| read(base, DEPTH).is_some()),
                "{line}"
            );
            assert!(matches!(rest, "" | " comma"), "{line}");
            continue;
        }
        let mut words = line.split(' ');
        let row = words.next().unwrap();
        let keys = keys::ROWS.iter().find(|entry| entry.0 == row).map_or(row, |entry| entry.1);
        assert!(keys.split(' ').all(|key| keys::code(key).is_some()), "{line}");
        assert_eq!(keys.split(' ').count(), words.clone().count(), "{line}");
        for word in words {
            assert!((1..=4).contains(&symbols(word).len()), "{word}");
            // A mark without its circle, and a circle without a known mark.
            let marks = word.chars().filter(|c| ('\u{300}'..'\u{370}').contains(c)).count();
            let dead = symbols(word)
                .iter()
                .filter(|symbol| matches!(symbol, Symbol::Dead('\u{300}'..'\u{370}')))
                .count();
            assert_eq!(marks, dead, "{word}");
            assert_eq!(
                word.matches('◌').count(),
                symbols(word).iter().filter(|s| matches!(s, Symbol::Dead(_))).count()
            );
        }
    }
}

#[test]
fn names_are_unique_and_known() {
    let names: Vec<_> = names().collect();
    for (index, name) in names.iter().enumerate() {
        assert!(table(name).is_some(), "{name}");
        assert!(!names[..index].contains(name), "{name}");
    }
    for name in ["us", "gb", "de", "de(nodeadkeys)", "fr", "us(dvorak)", "jp"] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(table("(latin)").is_none() && table("").is_none() && table("xx").is_none());
}
