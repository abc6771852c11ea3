//! Real programs on weston: client-side decorations, subsurfaces, animation.

use farway_testkit::need;
use farway_testkit::real::image::Rect;
use farway_testkit::real::scripts::{GTK3, GTK4, QT5, python};
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Image, Kind, Pair, RealError, Stage, twice};

/// weston's terminal, with the decorations its toolkit draws. Exact.
#[test]
fn weston_terminal_is_shown() -> Result<(), RealError> {
    need!("weston", "weston-terminal");
    twice("weston-terminal", Kind::Weston, |stage| {
        let mut command = stage.command("weston-terminal", &["--shell=/bin/sh"])?;
        command.env("PS1", "prompt ");
        stage.launch(command)?;
        stage.settle("shown")
    })
}

/// The toolkits' windows on a compositor without a seat. Exact.
#[test]
fn toolkits_are_shown() -> Result<(), RealError> {
    need!("weston", "python:Gtk-3.0", "python:Gtk-4.0", "python:PyQt5.QtWidgets");
    for (test, script) in [("weston-gtk3", GTK3), ("weston-gtk4", GTK4), ("weston-qt5", QT5)] {
        twice(test, Kind::Weston, |stage| {
            stage.launch(python(stage, script)?)?;
            stage.settle("shown")
        })?;
    }
    Ok(())
}

/// Waits for a window of a moving program and returns where it is, after `frames` different pictures.
fn moving(stage: &mut Stage, program: &str, frames: usize) -> Result<Rect, RealError> {
    let command = stage.command(program, &[])?;
    stage.launch(command)?;
    let mut seen: Vec<Image> = Vec::new();
    wait::until(&format!("{program} has shown {frames} frames"), DEADLINE, || {
        stage.check()?;
        let shot = stage.screenshot()?;
        let window = shot.window(stage.compositor().blank());
        if window.is_some() && !seen.contains(&shot) {
            seen.push(shot);
        }
        Ok(window.filter(|_| seen.len() >= frames))
    })
}

fn same_place(test: &str, program: &str) -> Result<(), RealError> {
    let mut direct = Stage::new(test, Kind::Weston, None, 0)?;
    let want = moving(&mut direct, program, 5)?;
    drop(direct);
    let pair = Pair::from_env()?;
    let mut proxied = Stage::new(test, Kind::Weston, Some(&pair), 0)?;
    proxied.play(
        |stage| {
            assert_eq!(moving(stage, program, 5)?, want, "{program} is elsewhere or of another size");
            Ok(())
        },
        &pair.name(),
    )
}

/// Animated: no two pictures are equal, so the window's place and size are compared, and that frames go on.
#[test]
fn simple_shm_keeps_moving() -> Result<(), RealError> {
    need!("weston", "weston-simple-shm");
    same_place("simple-shm", "weston-simple-shm")
}
