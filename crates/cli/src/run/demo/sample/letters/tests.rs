use super::super::picture::{Picture, rgb};
use super::super::prose::{PROSE, Part};
use super::*;

#[test]
fn lines_are_as_long_as_allowed_and_lose_no_word() {
    let text = "the quick brown fox jumps over the lazy dog and runs away";
    for columns in 5..60 {
        let lines = wrap(text, columns);
        assert!(lines.iter().all(|line| line.len() <= columns), "{columns}: {lines:?}");
        assert_eq!(lines.join(" "), text);
        // No line could have taken the first word of the next.
        for pair in lines.windows(2) {
            let word = pair[1].split(' ').next().unwrap();
            assert!(pair[0].len() + 1 + word.len() > columns, "{columns}: {pair:?}");
        }
    }
    assert_eq!(wrap("incomprehensibilities a", 3), ["incomprehensibilities", "a"]);
    assert!(wrap("  ", 10).is_empty());
}

#[test]
fn text_stays_in_its_cells() {
    for face in [Face::Text, Face::Strong, Face::Title] {
        let mut picture = Picture::new(200, 60, rgb(0));
        picture.brush(Rect::new(0, 0, 200, 60)).text(20, 10, "Wgy|\u{e4}", face, rgb(0xff_ffff));
        let cells = Rect::new(20, 10, face.width("Wgy|?"), face.height());
        let mut inked = 0;
        for y in 0..60 {
            for x in 0..200 {
                if picture.row(y, x, x + 1) != [rgb(0)] {
                    assert!(cells.contains(x, y), "{face:?} {x} {y}");
                    inked += 1;
                }
            }
        }
        assert!(inked > 100, "{face:?}");
    }
}

#[test]
fn the_prose_has_only_letters_that_there_are() {
    for part in PROSE {
        let (Part::Head(text) | Part::Body(text) | Part::Code(text)) = part;
        assert!(text.bytes().all(|byte| (32..127).contains(&byte)), "{text}");
    }
}
