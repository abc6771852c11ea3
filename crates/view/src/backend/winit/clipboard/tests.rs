use super::*;

#[test]
fn what_was_put_there_does_not_come_back() {
    let mut known = Known::default();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(known.news(SelectionKind::Clipboard, None), None);
    assert_eq!(known.news(SelectionKind::Clipboard, text("a")), text("a"));
    assert_eq!(known.news(SelectionKind::Clipboard, text("a")), None);
    assert_eq!(known.news(SelectionKind::Primary, text("a")), text("a"));
    assert_eq!(known.news(SelectionKind::Clipboard, text("")), None);
    assert_eq!(known.news(SelectionKind::Clipboard, text("b")), text("b"));
    assert_eq!(known.news(SelectionKind::Clipboard, text("a")), text("a"));
}
