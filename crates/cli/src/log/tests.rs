use super::*;

#[test]
fn control_characters_are_escaped() {
    assert_eq!(finished("a\x1b[2Jb\r\nc\td\u{9b}e\u{202e}"), "a\\u{1b}[2Jb\\r\\nc d\\u{9b}e\\u{202e}");
    assert_eq!(finished("grün 漢字"), "grün 漢字");
}

#[test]
fn long_lines_end_between_letters() {
    let exact = "x".repeat(LINE_MAX - 1);
    assert_eq!(finished(&exact), exact);
    for letter in ["x", "ü", "漢", "𝄞", "\n"] {
        for shift in 0..4 {
            let line = format!("{}{}", "y".repeat(shift), letter.repeat(LINE_MAX));
            let shown = finished(&line);
            assert!(shown.ends_with("...") && shown.len() < LINE_MAX, "{}", shown.len());
            assert!(shown.len() > LINE_MAX - 9);
        }
    }
}
