use std::sync::OnceLock;

use proptest::prelude::*;

use super::symbol::Symbol;
use super::*;

const SHIFT: u32 = 42;
const ALTGR: u32 = 100;

/// What comes out if somebody types these keys, by the table of the layout and with dead keys composed.
fn typed(keymap: &Keymap, strokes: &[Keystroke]) -> String {
    let mut state = KeyState::new(keymap.clone());
    let (mut out, mut dead) = (String::new(), None);
    for stroke in strokes {
        for (held, code) in [(stroke.shift, SHIFT), (stroke.altgr, ALTGR)] {
            assert!(!held || state.press(code).modifiers_changed);
        }
        let modifiers = state.modifiers();
        assert_eq!(state.press(stroke.code), Change { key_changed: true, modifiers_changed: false });
        let symbol = keymap.board().symbol(stroke.code, modifiers.effective(), modifiers.group);
        state.release_all();
        match (dead.take(), symbol) {
            (Some(mark), symbol) => out.extend(typing::tests::compose(mark, symbol)),
            (None, Symbol::Dead(mark)) => dead = Some(mark),
            (None, symbol) => out.extend(symbol.char()),
        }
    }
    assert_eq!(dead, None);
    out
}

#[test]
fn every_character_of_every_layout_comes_back() {
    for name in Keymap::layouts() {
        let keymap = Keymap::layout(name).unwrap();
        let symbols = keymap.board().keys.iter().flat_map(|key| &key.groups[0].symbols);
        for c in ('\u{a0}'..'\u{180}').chain(symbols.filter_map(|symbol| symbol.char())) {
            if let Some(strokes) = keymap.keystrokes(c) {
                assert_eq!(typed(&keymap, &strokes), c.to_string(), "{name} {strokes:?}");
            }
        }
    }
}

#[test]
fn layouts_type_ascii() {
    for name in Keymap::layouts() {
        let keymap = Keymap::layout(name).unwrap();
        let missing: String = (' '..='~').filter(|c| keymap.keystrokes(*c).is_none()).collect();
        match name {
            "ru" | "ua" => assert!(missing.contains("ABC"), "{missing}"),
            _ => assert_eq!(missing, "", "{name}"),
        }
    }
}

#[test]
fn letters_of_the_languages() {
    #[rustfmt::skip]
    let letters = [
        ("de", "äöüÄÖÜßẞ€²³°§"), ("fr", "éèçàùâêîôûëïü€²§"), ("es", "ñÑáéíóúü¿¡€ºª"), ("it", "àèéìòù€"),
        ("pt", "ãõçáéíóúâêôà€"), ("br", "ãõçáéíóúâêôàü"), ("se", "åäöÅÄÖ€"), ("no", "åæøÅÆØ€"), ("dk", "åæøÅÆØ€"),
        ("fi", "åäöšž€"), ("is", "þæöðáéíóúý"), ("pl", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ€"), ("ch", "äöüéèàç€"),
        ("be", "éèçàùâêîôû€"), ("gb", "£€áéíóú"), ("cz", "ěščřžýáíéúůďťňĚŠČŘŽ"), ("sk", "ľščťžýáíéúäôňďĺŕ"),
        ("hu", "áéíóöőúüűÁÉÍÓÖŐÚÜŰ"), ("tr", "çğıİöşüÇĞÖŞÜ₺"), ("us(intl)", "äöüßñéç€"), ("us(colemak)", "äößñéñ€"),
        ("ru", "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАЯЁ№"), ("ua", "абвгґдеєжзиіїйЄІЇҐ₴"), ("latam", "ñáéíóúü¿¡"),
    ];
    for (name, letters) in letters {
        let keymap = Keymap::layout(name).unwrap();
        for c in letters.chars() {
            if c == '€' && name == "us(colemak)" {
                continue;
            }
            assert!(keymap.keystrokes(c).is_some(), "{name} {c}");
        }
    }
}

#[test]
fn well_known_keys() {
    let stroke = |code, shift, altgr| Some(vec![Keystroke { code, shift, altgr }]);
    let de = Keymap::layout("de").unwrap();
    assert_eq!(de.keystrokes('z'), stroke(21, false, false));
    assert_eq!(de.keystrokes('@'), stroke(16, false, true));
    assert_eq!(de.keystrokes('<'), stroke(86, false, false));
    let dead = |code, shift| Keystroke { code, shift, altgr: false };
    assert_eq!(de.keystrokes('é'), Some(vec![dead(13, false), dead(18, false)]));
    assert_eq!(de.keystrokes('^'), Some(vec![dead(41, false), dead(57, false)]));
    assert_eq!(de.keystrokes('À'), Some(vec![dead(13, true), dead(30, true)]));
    // Not on the key that only European keyboards have.
    assert_eq!(Keymap::layout("us").unwrap().keystrokes('<'), stroke(51, true, false));
    assert_eq!(de.keystrokes('\n'), stroke(28, false, false));
    assert_eq!(de.keystrokes('\t'), stroke(15, false, false));
    assert_eq!(de.keystrokes('漢'), None);
    let both = Keymap::layout("us, de").unwrap();
    assert_eq!(
        (both.keystrokes('z'), both.keystrokes_in(1, 'z')),
        (stroke(44, false, false), stroke(21, false, false))
    );
}

/// The blocks of a text are closed and nothing is taken from elsewhere; what is a keysym looks like one.
#[test]
fn texts_are_complete() {
    for name in Keymap::layouts().chain(["us,de", "de,ru,fr,us"]) {
        let keymap = Keymap::layout(name).unwrap();
        let text = keymap.text();
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(text.matches('"').count() % 2, 0);
        assert!(!text.contains("include") && text.is_ascii() && text.ends_with("};\n"));
        for part in
            ["xkb_keymap {", "xkb_keycodes \"", "xkb_types \"", "xkb_compatibility \"", "xkb_symbols \""]
        {
            assert_eq!(text.matches(part).count(), 1, "{part}");
        }
        assert!(text.contains("<AE01> = 10;") && text.contains("indicator 1 = \"Caps Lock\";"));
        let groups = name.split(',').count();
        assert_eq!(keymap.groups() as usize, groups);
        assert!(text.contains(&format!("symbols[Group{groups}]")));
        for keysyms in text.split("] = [").skip(1).filter_map(|rest| rest.split_once(']')) {
            let word = |keysym: &str| keysym.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            assert!(keysyms.0.split(',').all(word), "{}", keysyms.0);
        }
    }
    let de = Keymap::layout("de").unwrap();
    assert!(de.text().contains(
        "key <AD11> { type[Group1] = \"FOUR_LEVEL_SEMIALPHABETIC\", symbols[Group1] = \
        [ udiaeresis, Udiaeresis, dead_diaeresis, dead_abovering ] };"
    ));
}

#[test]
fn the_keys_are_in_order() {
    assert!(keys::KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn a_text_of_the_user_goes_through_as_it_is() {
    let text = Keymap::layout("de").unwrap().text().to_owned();
    let keymap = Keymap::from_text(&text).unwrap();
    assert_eq!(keymap.text(), text);
    assert_eq!((keymap.keystrokes('z'), keymap.groups()), (None, 1));
    assert!(keymap.keystrokes('\n').is_some());
    let mut state = KeyState::new(keymap);
    state.press(ALTGR);
    assert_eq!(state.modifiers().depressed, 128);
    let mut state = KeyState::new(Keymap::from_text(Keymap::layout("us").unwrap().text()).unwrap());
    state.press(ALTGR);
    assert_eq!(state.modifiers().depressed, 8);
    assert_eq!(Keymap::from_text(&format!("{text}\0")).unwrap().text(), text);
}

#[test]
fn what_is_no_keymap_is_refused() {
    assert_eq!(Keymap::from_text("").unwrap_err(), KeymapError::Incomplete("xkb_keymap"));
    let text = Keymap::layout("us").unwrap().text().to_owned();
    assert_eq!(Keymap::from_text(&format!("\0{text}")).unwrap_err(), KeymapError::ZeroByte);
    let large = text + &" ".repeat(MAX_TEXT);
    assert_eq!(Keymap::from_text(&large).unwrap_err(), KeymapError::TooLarge(large.len()));
    assert_eq!(Keymap::layout("us,").unwrap_err(), KeymapError::UnknownLayout(String::new()));
    assert_eq!(Keymap::layout("us,us,us,us,us").unwrap_err(), KeymapError::TooManyLayouts(5));
}

proptest! {
    /// Whatever happens to the keys: when all are up, only locks are left.
    #[test]
    fn keys_leave_nothing_behind(keys in prop::collection::vec((any::<bool>(), 0_u32..260), 0..200)) {
        static KEYMAP: OnceLock<Keymap> = OnceLock::new();
        let mut state = KeyState::new(KEYMAP.get_or_init(|| Keymap::layout("us,de,ru").unwrap()).clone());
        for (press, code) in keys {
            let (before, down) = (state.modifiers(), state.pressed().contains(&code));
            let change = if press { state.press(code) } else { state.release(code) };
            prop_assert_eq!(change.key_changed, down != press);
            prop_assert_eq!(change.modifiers_changed, before != state.modifiers());
            prop_assert!(state.modifiers().group < 3);
        }
        state.release_all();
        let left = state.modifiers();
        prop_assert_eq!((left.depressed, left.latched, left.locked & !0b1_0010), (0, 0, 0));
    }

    #[test]
    fn no_name_panics(name in ".{0,20}") {
        let _ = Keymap::layout(&name);
        let _ = Keymap::by_name(&name);
        let _ = Keymap::from_text(&name);
    }
}
