//! What the user and the host do, out of bytes.

use std::sync::Arc;

use farway_view::effect::{CanvasId, SelectionKind, WindowId};
use farway_view::geometry::{Rect, Size};
use farway_view::input::{Axis, AxisSource, Input as Did, Phase};
use farway_view::{Compositor, Descriptor};

use super::super::Input;
use super::output;

/// A number of any kind: small ones mostly, the worst ones too.
pub fn number(input: &mut Input<'_>) -> i32 {
    match input.byte() {
        0xf0..=0xf3 => i32::MIN,
        0xf4..=0xf7 => i32::MAX,
        0xf8..=0xfb => -1,
        0xfc..=0xff => input.word() as i32,
        small => i32::from(small),
    }
}

/// A position; those of no sense too.
fn position(input: &mut Input<'_>) -> f64 {
    match input.byte() {
        0xfd => f64::NAN,
        0xfe => f64::INFINITY,
        0xff => f64::from(input.word() as i32) * 1e300,
        small => f64::from(small) / 4.0,
    }
}

fn window(input: &mut Input<'_>, windows: &[WindowId]) -> Option<WindowId> {
    windows.get(usize::from(input.byte()) % windows.len().max(1)).copied()
}

fn canvas(input: &mut Input<'_>, windows: &[WindowId]) -> CanvasId {
    match window(input, windows) {
        Some(it) if input.byte() & 1 == 0 => CanvasId::Window(it),
        _ => CanvasId::Output(usize::from(input.byte()) % 3),
    }
}

/// Something the user does.
pub fn input(input: &mut Input<'_>, windows: &[WindowId]) -> Did {
    let what = input.byte();
    let pressed = what & 0x80 == 0;
    match what % 16 {
        0..=4 => Did::Motion { canvas: canvas(input, windows), x: position(input), y: position(input) },
        5 | 6 => Did::Button { code: 0x110 + u32::from(input.byte() % 4), pressed },
        7 | 8 => Did::Key { code: u32::from(input.byte()) * if what & 0x40 == 0 { 1 } else { 3 }, pressed },
        9 => Did::Relative { dx: position(input), dy: -position(input) },
        10 => Did::Axis(Axis {
            source: [AxisSource::Wheel, AxisSource::Finger, AxisSource::Continuous, AxisSource::WheelTilt]
                [usize::from(input.byte() % 4)],
            horizontal: position(input),
            vertical: position(input),
            notches: (number(input), number(input)),
            stop: (pressed, what & 0x40 == 0),
        }),
        11 => Did::Leave,
        12 => Did::Commit(text(input)),
        13 => {
            let cursor = pressed.then(|| (usize::from(input.byte()), usize::from(input.byte())));
            Did::Preedit(text(input), cursor)
        }
        14 => Did::Focus(if pressed { window(input, windows) } else { None }),
        _ => Did::Touch {
            id: i32::from(input.byte() % 20),
            phase: [Phase::Down, Phase::Motion, Phase::Up, Phase::Cancel][usize::from(input.byte() % 4)],
            canvas: canvas(input, windows),
            x: position(input),
            y: position(input),
        },
    }
}

/// In 120ths. Large ones are slow to draw, and any number is one of no sense.
fn scale(input: &mut Input<'_>) -> u32 {
    match input.byte() {
        0xff => input.word(),
        small => [120, 150, 180, 240, 60, 1, 0][usize::from(small) % 7],
    }
}

fn text(input: &mut Input<'_>) -> String {
    let most = usize::from(input.byte() % 40);
    let part = String::from_utf8_lossy(input.take(most)).into_owned();
    if most == 39 { part.repeat(200) } else { part }
}

/// Something the host changes or wants.
pub fn change(view: &mut Compositor, input: &mut Input<'_>, windows: &[WindowId]) {
    let what = input.byte();
    let on = what & 0x80 == 0;
    let kind = if what & 0x40 == 0 { SelectionKind::Clipboard } else { SelectionKind::Primary };
    let window = window(input, windows);
    match (what % 14, window) {
        (0, _) => {
            let size = Size::new(number(input).clamp(-1, 300), number(input).clamp(-1, 300));
            view.set_output(usize::from(input.byte() % 3), output(size, scale(input)));
        }
        (1, _) => drop(view.fetch(kind, &text(input), Descriptor::Token(1))),
        (2, _) => {
            let content: Arc<[u8]> = Arc::from(&b"host"[..]);
            view.set_host_selection(
                kind,
                vec![(text(input), content.clone()), ("text/plain".into(), content)],
            );
        }
        (3, _) => view.set_host_selection(kind, Vec::new()),
        (4, _) => drop(view.type_text(0, &text(input))),
        (5, _) => drop(view.selection_types(kind)),
        (6, Some(it)) => view.set_maximized(it, on),
        (7, Some(it)) => view.set_fullscreen(it, on, on.then_some(usize::from(input.byte() % 3))),
        (8, Some(it)) => view.set_minimized(it, on),
        (9 | 10, Some(it)) => view.resize(it, Size::new(number(input), number(input))),
        (11, Some(it)) => view.close(it),
        (12, Some(it)) => view.set_scale(it, scale(input)),
        (13, Some(it)) => {
            let room =
                Rect { x: number(input), y: number(input), width: number(input), height: number(input) };
            view.set_room(it, room);
        }
        _ => drop(view.window_list()),
    }
}
