//! Keysyms: what a key gives on a level.
//!
//! Characters go by the names that X11's `keysymdef.h` has for them, others by their Unicode number (`U0218`).
//! Invariant: a symbol's name is a keysym to every libxkbcommon since 1.0.

use std::borrow::Cow;

/// What a key gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// Nothing.
    None,
    /// A character.
    Char(char),
    /// A dead key, by its combining character; `µ` and `¤` stand for dead Greek and dead currency.
    Dead(char),
    /// A keysym that gives no text (or that of the keypad), by its name.
    Named(&'static str),
}

impl Symbol {
    /// The keysym as the text of a keymap writes it.
    pub(super) fn name(self) -> Cow<'static, str> {
        match self {
            Self::None => "NoSymbol".into(),
            Self::Named(name) => name.into(),
            Self::Dead(mark) => dead_name(mark).unwrap_or("NoSymbol").into(),
            Self::Char(c) if c.is_ascii_alphanumeric() => c.to_string().into(),
            Self::Char(c) => match char_name(c) {
                Some(name) => name.into(),
                None => format!("U{:04X}", u32::from(c)).into(),
            },
        }
    }

    /// The character, if it is one.
    pub(super) fn char(self) -> Option<char> {
        match self {
            Self::Char(c) => Some(c),
            _ => None,
        }
    }
}

/// The dead keys: combining character and name of the keysym.
#[rustfmt::skip]
static DEAD: &[(char, &str)] = &[
    ('\u{300}', "dead_grave"), ('\u{301}', "dead_acute"), ('\u{302}', "dead_circumflex"),
    ('\u{303}', "dead_tilde"), ('\u{304}', "dead_macron"), ('\u{306}', "dead_breve"),
    ('\u{307}', "dead_abovedot"), ('\u{308}', "dead_diaeresis"), ('\u{309}', "dead_hook"),
    ('\u{30a}', "dead_abovering"), ('\u{30b}', "dead_doubleacute"), ('\u{30c}', "dead_caron"),
    ('\u{31b}', "dead_horn"), ('\u{323}', "dead_belowdot"), ('\u{326}', "dead_belowcomma"),
    ('\u{327}', "dead_cedilla"), ('\u{328}', "dead_ogonek"), ('\u{331}', "dead_belowmacron"), ('\u{335}', "dead_stroke"),
    ('µ', "dead_greek"), ('¤', "dead_currency"),
];

/// The keysym of a dead key.
pub(super) fn dead_name(mark: char) -> Option<&'static str> {
    DEAD.iter().find(|entry| entry.0 == mark).map(|entry| entry.1)
}

/// The names of the printable ASCII that is neither letter nor digit, in order.
const ASCII: &str = "space exclam quotedbl numbersign dollar percent ampersand apostrophe parenleft parenright \
    asterisk plus comma minus period slash colon semicolon less equal greater question at bracketleft backslash \
    bracketright asciicircum underscore grave braceleft bar braceright asciitilde";

/// The names of U+00A0 to U+00FF, in order: their keysyms are their code points.
const LATIN_1: &str = "nobreakspace exclamdown cent sterling currency yen brokenbar section diaeresis copyright \
    ordfeminine guillemotleft notsign hyphen registered macron degree plusminus twosuperior threesuperior acute mu \
    paragraph periodcentered cedilla onesuperior masculine guillemotright onequarter onehalf threequarters \
    questiondown Agrave Aacute Acircumflex Atilde Adiaeresis Aring AE Ccedilla Egrave Eacute Ecircumflex Ediaeresis \
    Igrave Iacute Icircumflex Idiaeresis ETH Ntilde Ograve Oacute Ocircumflex Otilde Odiaeresis multiply Oslash \
    Ugrave Uacute Ucircumflex Udiaeresis Yacute THORN ssharp agrave aacute acircumflex atilde adiaeresis aring ae \
    ccedilla egrave eacute ecircumflex ediaeresis igrave iacute icircumflex idiaeresis eth ntilde ograve oacute \
    ocircumflex otilde odiaeresis division oslash ugrave uacute ucircumflex udiaeresis yacute thorn ydiaeresis";

/// Other characters that have a keysym from before Unicode, which clients know better than the Unicode one.
#[rustfmt::skip]
static OTHERS: &[(&str, &str)] = &[
    ("ĄąĘęŁłŚśŠšŞşŤťŹźŽžŻż", "Aogonek aogonek Eogonek eogonek Lstroke lstroke Sacute sacute Scaron scaron \
        Scedilla scedilla Tcaron tcaron Zacute zacute Zcaron zcaron Zabovedot zabovedot"),
    ("ĂăĆćČčĎďĐđĚěĹĺĽľŃńŇňŐőŔŕŘřŢţŮůŰű", "Abreve abreve Cacute cacute Ccaron ccaron Dcaron dcaron \
        Dstroke dstroke Ecaron ecaron Lacute lacute Lcaron lcaron Nacute nacute Ncaron ncaron \
        Odoubleacute odoubleacute Racute racute Rcaron rcaron Tcedilla tcedilla Uring uring \
        Udoubleacute udoubleacute"),
    ("ĦħĞğİıŦŧŊŋĸŒœŸ", "Hstroke hstroke Gbreve gbreve Iabovedot idotless Tslash tslash ENG eng kra OE oe \
        Ydiaeresis"),
    ("ĀāĒēĖėĢģĪīĮįĶķĻļŅņŌōŪūŲų", "Amacron amacron Emacron emacron Eabovedot eabovedot Gcedilla gcedilla \
        Imacron imacron Iogonek iogonek Kcedilla kcedilla Lcedilla lcedilla Ncedilla ncedilla \
        Omacron omacron Umacron umacron Uogonek uogonek"),
    ("ˇ˘˙˛˝", "caron breve abovedot ogonek doubleacute"),
    ("€™←↑→↓⅛⅜⅝⅞─", "EuroSign trademark leftarrow uparrow rightarrow downarrow oneeighth threeeighths \
        fiveeighths seveneighths horizconnector"),
    ("‘’‚“”„–—…†‡", "leftsinglequotemark rightsinglequotemark singlelowquotemark leftdoublequotemark \
        rightdoublequotemark doublelowquotemark endash emdash ellipsis dagger doubledagger"),
    ("≤≥≠∞∫√", "lessthanequal greaterthanequal notequal infinity integral radical"),
    ("ΩπΠ∧∨‰əƏ", "Greek_OMEGA Greek_pi Greek_PI logicaland logicalor permille schwa SCHWA"), ("№", "numerosign"),
    ("абвгдежзийклмнопрстуфхцчшщъыьэюяё", "Cyrillic_a Cyrillic_be Cyrillic_ve Cyrillic_ghe Cyrillic_de \
        Cyrillic_ie Cyrillic_zhe Cyrillic_ze Cyrillic_i Cyrillic_shorti Cyrillic_ka Cyrillic_el Cyrillic_em \
        Cyrillic_en Cyrillic_o Cyrillic_pe Cyrillic_er Cyrillic_es Cyrillic_te Cyrillic_u Cyrillic_ef \
        Cyrillic_ha Cyrillic_tse Cyrillic_che Cyrillic_sha Cyrillic_shcha Cyrillic_hardsign Cyrillic_yeru \
        Cyrillic_softsign Cyrillic_e Cyrillic_yu Cyrillic_ya Cyrillic_io"),
    ("АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ", "Cyrillic_A Cyrillic_BE Cyrillic_VE Cyrillic_GHE Cyrillic_DE \
        Cyrillic_IE Cyrillic_ZHE Cyrillic_ZE Cyrillic_I Cyrillic_SHORTI Cyrillic_KA Cyrillic_EL Cyrillic_EM \
        Cyrillic_EN Cyrillic_O Cyrillic_PE Cyrillic_ER Cyrillic_ES Cyrillic_TE Cyrillic_U Cyrillic_EF \
        Cyrillic_HA Cyrillic_TSE Cyrillic_CHE Cyrillic_SHA Cyrillic_SHCHA Cyrillic_HARDSIGN Cyrillic_YERU \
        Cyrillic_SOFTSIGN Cyrillic_E Cyrillic_YU Cyrillic_YA Cyrillic_IO"),
    ("јЈџЏўЎњЊљЉђЂћЋ", "Cyrillic_je Cyrillic_JE Cyrillic_dzhe Cyrillic_DZHE Byelorussian_shortu \
        Byelorussian_SHORTU Cyrillic_nje Cyrillic_NJE Cyrillic_lje Cyrillic_LJE Serbian_dje Serbian_DJE \
        Serbian_tshe Serbian_TSHE"),
    ("іїєґІЇЄҐ", "Ukrainian_i Ukrainian_yi Ukrainian_ie Ukrainian_ghe_with_upturn Ukrainian_I Ukrainian_YI \
        Ukrainian_IE Ukrainian_GHE_WITH_UPTURN"),
];

/// The name of a character's keysym, for those that are not letters and digits of ASCII.
fn char_name(c: char) -> Option<&'static str> {
    match c {
        ' '..='~' => {
            let index = (' '..c).filter(|c| !c.is_ascii_alphanumeric()).count();
            ASCII.split(' ').nth(index)
        }
        '\u{a0}'..='\u{ff}' => LATIN_1.split(' ').nth(('\u{a0}'..c).count()),
        _ => {
            OTHERS.iter().find_map(|(chars, names)| names.split(' ').nth(chars.chars().position(|o| o == c)?))
        }
    }
}
