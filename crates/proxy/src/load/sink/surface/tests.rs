use super::*;

fn show(surface: &mut Surface, buffer: u32, callback: u32) {
    surface.attach(buffer);
    surface.frame(callback);
    assert!(surface.commit());
}

#[test]
fn a_buffer_is_held_until_another_is_visible() {
    let mut surface = Surface::default();
    show(&mut surface, 7, 20);
    assert!(surface.is_waiting());
    let first = Refreshed { commit: Some(1), released: vec![], callbacks: vec![20] };
    assert_eq!(surface.refresh(), first);
    assert!(!surface.is_waiting());
    show(&mut surface, 8, 21);
    assert_eq!(surface.shown(), 7);
    assert_eq!(surface.refresh(), Refreshed { commit: Some(2), released: vec![7], callbacks: vec![21] });
}

#[test]
fn what_was_replaced_before_its_refresh_was_never_visible() {
    let mut surface = Surface::default();
    show(&mut surface, 7, 20);
    surface.refresh();
    show(&mut surface, 8, 21);
    show(&mut surface, 9, 22);
    let both = Refreshed { commit: Some(3), released: vec![8, 7], callbacks: vec![21, 22] };
    assert_eq!(surface.refresh(), both);
}

#[test]
fn the_same_buffer_again_is_not_released() {
    let mut surface = Surface::default();
    show(&mut surface, 7, 20);
    surface.refresh();
    show(&mut surface, 7, 21);
    assert_eq!(surface.refresh(), Refreshed { commit: Some(2), released: vec![], callbacks: vec![21] });
}

#[test]
fn a_commit_without_content_answers_its_callback() {
    let mut surface = Surface::default();
    surface.frame(20);
    assert!(!surface.commit());
    assert!(surface.is_waiting());
    assert_eq!(surface.refresh(), Refreshed { callbacks: vec![20], ..Refreshed::default() });
}
