//! Real programs on farway's own compositor: shown, clicked, typed into and resized, without and with the proxy.
//!
//! Xwayland is not here: Debian 12 has no xwayland-satellite, and the compositor has no X11 of its own.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use farway_testkit::need;
use farway_testkit::real::compositor::view::{Shown, ask};
use farway_testkit::real::scripts::{EDGE, GTK3, GTK4, QT5, python};
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Kind, RealError, Stage, twice};
use serde_json::json;

/// Programs that take long to start have this long.
const LONG: Duration = Duration::from_secs(60);

fn foot(stage: &mut Stage, script: &str) -> Result<(), RealError> {
    let command = stage.command("foot", &["-W", "60x12", "sh", "-c", script])?;
    stage.launch(command).map(drop)
}

/// A terminal: typed text arrives at the command, its echo on the screen.
#[test]
fn foot_shows_text_and_takes_keys() -> Result<(), RealError> {
    need!("foot");
    twice("view-foot", Kind::View, |stage| {
        foot(
            stage,
            r"printf 'fixed text \033[1;31mred\033[0m äöü\r\n'; read a; ls -d /etc /usr; exec cat > typed",
        )?;
        stage.settle("shown")?;
        stage.write("ls\n")?;
        stage.settle("listed")?;
        stage.write("Typed, 1 2 3: {|}~\n")?;
        stage.settle("typed")?;
        let typed = std::fs::read_to_string(stage.sandbox().path().join("typed")).unwrap_or_default();
        assert_eq!(typed, "Typed, 1 2 3: {|}~\n");
        stage.resize(500, 400)?;
        stage.settle("resized")
    })
}

/// The popup of a program: where it is, and the window that it stands on.
fn popup(stage: &mut Stage) -> Result<(Shown, Shown), RealError> {
    wait::until("a popup is listed", DEADLINE, || {
        let windows = stage.compositor_ref().windows()?;
        let popup = windows.iter().find(|it| it.parent.is_some()).cloned();
        Ok(popup.and_then(|popup| {
            let parent = windows.iter().find(|it| Some(it.id) == popup.parent)?.clone();
            Some((popup, parent))
        }))
    })
}

/// A toolkit's window: a button that opens a popup, which is below it, and a resize.
fn toolkit(test: &str, script: &str, button: (i64, i64), grabs: bool) -> Result<(), RealError> {
    twice(test, Kind::View, |stage| {
        stage.launch(python(stage, script)?)?;
        stage.settle("shown")?;
        let window = stage.compositor_ref().windows()?.remove(0);
        assert!(window.focused, "{window:?}");
        let press = ((window.place.0 + button.0) as u32, (window.place.1 + button.1) as u32);
        stage.click(press.0, press.1)?;
        stage.settle_after("popup", 1000)?;
        let (popup, parent) = popup(stage)?;
        assert_eq!(parent.id, window.id);
        let (x, y, width, height) = popup.place;
        assert!(x >= 0 && y >= 0 && x + width <= 800 && y + height <= 600, "{popup:?} is not on the screen");
        let near = y > window.place.1 && y <= i64::from(press.1) + 40 && x <= i64::from(press.0);
        assert!(near && x + width > window.place.0, "{popup:?} is not at {press:?} of {window:?}");
        if grabs {
            // A click elsewhere ends it.
            stage.click(2, 2)?;
            wait::until("the popup is gone", DEADLINE, || {
                Ok(stage.compositor_ref().windows()?.iter().all(|it| it.parent.is_none()).then_some(()))
            })?;
        }
        stage.resize(500, 350)?;
        stage.settle("resized")
    })
}

/// GTK 3, with a menu that grabs.
#[test]
fn gtk3_opens_a_menu() -> Result<(), RealError> {
    need!("python:Gtk-3.0");
    toolkit("view-gtk3", GTK3, (200, 56), true)
}

/// GTK 4, with a popover that does not.
#[test]
fn gtk4_opens_a_popover() -> Result<(), RealError> {
    need!("python:Gtk-4.0");
    toolkit("view-gtk4", GTK4, (200, 56), false)
}

/// Qt 5, with the list of a combo box.
#[test]
fn qt5_opens_a_list() -> Result<(), RealError> {
    need!("python:PyQt5.QtWidgets");
    toolkit("view-qt5", QT5, (200, 25), true)
}

/// The demonstration programs' main windows: icons, lists, much text.
#[test]
fn gtk_demos_are_shown() -> Result<(), RealError> {
    need!("gtk3-demo", "gtk4-demo");
    for program in ["gtk3-demo", "gtk4-demo"] {
        twice(&format!("view-{program}"), Kind::View, |stage| {
            stage.launch(stage.command(program, &[])?)?;
            stage.settle("shown")
        })?;
    }
    Ok(())
}

/// Weston's clients show something and live on when they are clicked. Not weston-simple-damage and
/// weston-presentation-shm: they bind any version that is offered, and die of events that they do not know.
#[test]
fn westons_clients_are_shown() -> Result<(), RealError> {
    let clients: [(&str, &[&str]); 16] = [
        ("weston-simple-shm", &[]),
        ("weston-flower", &[]),
        ("weston-smoke", &[]),
        ("weston-clickdot", &[]),
        ("weston-eventdemo", &[]),
        ("weston-scaler", &[]),
        ("weston-transformed", &[]),
        ("weston-stacking", &[]),
        ("weston-resizor", &[]),
        ("weston-dnd", &[]),
        ("weston-subsurfaces", &[]),
        ("weston-cliptest", &[]),
        ("weston-fullscreen", &[]),
        ("weston-multi-resource", &[]),
        ("weston-simple-touch", &[]),
        ("weston-confine", &[]),
    ];
    need!("weston-simple-shm");
    let mut stage = Stage::new("view-weston-clients", Kind::View, None, 0)?;
    stage.play(
        |stage| {
            for (program, args) in clients {
                stage.launch(stage.command(program, args)?)?;
                wait::until(&format!("{program} shows something"), DEADLINE, || {
                    stage.check()?;
                    Ok(stage.screenshot()?.difference(stage.compositor_ref().blank(), 0).map(drop))
                })?;
                stage.click(400, 300)?;
                stage.write("a")?;
                stage.check()?;
                stage.clear()?;
            }
            Ok(())
        },
        "direct",
    )
}

/// The clipboard both ways between a program and whoever asks the compositor.
#[test]
fn the_clipboard_reaches_the_host() -> Result<(), RealError> {
    need!("wl-copy", "wl-paste", "foot");
    let mut stage = Stage::new("view-clipboard", Kind::View, None, 0)?;
    stage.play(
        |stage| {
            let display = stage.display();
            ask(&display, &json!({ "do": "copy", "text": "from the host" }))?;
            // A client without focus is told nothing, so a terminal asks.
            foot(stage, "wl-paste > pasted; printf 'from a client' | wl-copy; exec cat")?;
            let path = stage.sandbox().path().join("pasted");
            wait::until("the client has pasted", DEADLINE, || {
                stage.check()?;
                Ok((std::fs::read_to_string(&path).unwrap_or_default().trim_end() == "from the host")
                    .then_some(()))
            })?;
            wait::until("the host can paste", DEADLINE, || {
                let answer = ask(&display, &json!({ "do": "paste" }));
                Ok(answer.ok().filter(|it| it.1 == b"from a client"))
            })
            .map(drop)
        },
        "direct",
    )
}

/// A page with two coloured halves, one of them out of sight.
const PAGE: &str = "<html><body style='margin:0'><div style='height:3000px;background:#c02040'></div>\
                    <div style='height:3000px;background:#20a060'></div></body></html>";

/// How many pixels have this colour.
fn count(stage: &Stage, color: [u8; 3]) -> Result<usize, RealError> {
    let shot = stage.screenshot()?;
    let points = (0..shot.height).step_by(4).flat_map(|y| (0..shot.width).step_by(4).map(move |x| (x, y)));
    Ok(points.filter(|(x, y)| shot.pixel(*x, *y) == Some(color)).count())
}

/// A browser loads a local page, and the wheel scrolls it.
#[test]
fn firefox_shows_a_page_and_scrolls() -> Result<(), RealError> {
    need!("firefox-esr");
    let mut stage = Stage::new("view-firefox", Kind::View, None, 0)?;
    stage.play(
        |stage| {
            let page = stage.sandbox().path().join("page.html");
            std::fs::write(&page, PAGE).expect("the sandbox can be written to");
            let profile = stage.sandbox().folder("profile")?;
            let url = format!("file://{}", page.display());
            let mut command = stage.command("firefox-esr", &["--no-remote", "--profile"])?;
            command
                .arg(profile)
                .arg(url)
                .env("MOZ_ENABLE_WAYLAND", "1")
                .env("MOZ_DISABLE_CONTENT_SANDBOX", "1");
            command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
            stage.launch(command)?;
            wait::until("the page is shown", LONG, || {
                stage.check()?;
                Ok((count(stage, [0xc0, 0x20, 0x40])? > 2000).then_some(()))
            })?;
            stage.point(400, 400)?;
            wait::until("the page is scrolled", LONG, || {
                ask(stage.outside(), &json!({ "do": "scroll", "down": 10, "right": 0 }))?;
                Ok((count(stage, [0x20, 0xa0, 0x60])? > 2000).then_some(()))
            })
        },
        "direct",
    )
}

/// A player without GPU: every picture is another one.
#[test]
fn mpv_plays_with_shared_memory() -> Result<(), RealError> {
    need!("mpv");
    let mut stage = Stage::new("view-mpv", Kind::View, None, 0)?;
    stage.play(
        |stage| {
            let args = [
                "--no-config",
                "--vo=wlshm",
                "--ao=null",
                "--loop=inf",
                "av://lavfi:testsrc=size=320x240:rate=30",
            ];
            stage.launch(stage.command("mpv", &args)?)?;
            let mut pictures: Vec<farway_testkit::real::Image> = Vec::new();
            wait::until("several pictures are seen", LONG, || {
                stage.check()?;
                let shot = stage.screenshot()?;
                let new =
                    shot.difference(stage.compositor_ref().blank(), 0).is_some() && !pictures.contains(&shot);
                pictures.extend(new.then_some(shot));
                Ok((pictures.len() >= 5).then_some(()))
            })
        },
        "direct",
    )
}

/// At twice the scale a program draws twice as sharp, at the same place.
#[test]
fn programs_follow_the_scale() -> Result<(), RealError> {
    need!("python:Gtk-4.0");
    for scale in ["1.5", "2"] {
        let test = format!("view-scale-{scale}");
        let mut stage = Stage::new_with(&test, Kind::View, None, 0, &["--scale", scale])?;
        stage.play(
            |stage| {
                stage.launch(python(stage, GTK4)?)?;
                stage.settle("shown")?;
                let window = stage.compositor_ref().windows()?.remove(0);
                let (shot, scale) = (stage.screenshot()?, scale.parse::<f64>().expect("a number"));
                let seen = shot.window(stage.compositor_ref().blank()).expect("a window");
                let (width, height) = (window.place.2 as f64 * scale, window.place.3 as f64 * scale);
                assert!(
                    f64::from(seen.width) >= width - 1.0 && f64::from(seen.height) >= height - 1.0,
                    "{seen:?}"
                );
                // Without the program's help, all pixels would come in blocks of two at scale 2.
                let blocks = |x: u32, y: u32| shot.pixel(x, y) == shot.pixel(x + 1, y);
                let (columns, rows) = (seen.x..seen.x + seen.width - 2, seen.y..seen.y + seen.height - 2);
                let sharp = rows.step_by(1).any(|y| columns.clone().step_by(2).any(|x| !blocks(x, y)));
                assert!(sharp, "nothing is sharp at scale {scale}");
                Ok(())
            },
            "direct",
        )?;
    }
    Ok(())
}

/// A menu that does not fit below its button opens above it, and inside the screen; Escape ends it.
#[test]
fn a_menu_at_the_edge_is_flipped() -> Result<(), RealError> {
    need!("python:Gtk-3.0");
    let mut stage = Stage::new("view-edge", Kind::View, None, 0)?;
    stage.play(
        |stage| {
            stage.launch(python(stage, EDGE)?)?;
            stage.settle("shown")?;
            let (x, y, width, height) = stage.compositor_ref().windows()?.remove(0).place;
            let button = (x + width - 25, y + height - 15);
            stage.click(button.0 as u32, button.1 as u32)?;
            let (menu, window) = popup(stage)?;
            let (x, y, width, height) = menu.place;
            assert!(
                x >= 0 && y >= 0 && x + width <= 800 && y + height <= 600,
                "{menu:?} is not on the screen"
            );
            assert!(y + height <= button.1 && y + height > button.1 - 60, "{menu:?} is not above {button:?}");
            // Its left edge would be that of the button, but for the screen's.
            assert!(x < button.0 && window.focused, "{menu:?} on {window:?}");
            ask(stage.outside(), &json!({ "do": "key", "combo": "Escape" }))?;
            wait::until("the menu is gone", DEADLINE, || {
                Ok(stage.compositor_ref().windows()?.iter().all(|it| it.parent.is_none()).then_some(()))
            })
        },
        "direct",
    )
}

/// What one client breaks is its own trouble.
#[test]
fn a_client_that_breaks_the_protocol_goes_alone() -> Result<(), RealError> {
    need!("weston-simple-shm");
    let message = |object: u32, second: u32, body: &[u32]| {
        [object, second].iter().chain(body).flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>()
    };
    let registry = message(1, 12 << 16 | 1, &[2]);
    let broken = [
        ("an unknown object", message(77, 8 << 16, &[])),
        ("an unknown request", message(1, 8 << 16 | 9, &[])),
        ("a length of four", message(1, 4 << 16, &[])),
        ("noise", vec![0xff; 4096]),
        ("an id twice", [registry.clone(), registry].concat()),
    ];
    let mut stage = Stage::new("view-broken", Kind::View, None, 0)?;
    stage.play(
        |stage| {
            stage.launch(stage.command("weston-simple-shm", &[])?)?;
            wait::until("the window is listed", DEADLINE, || {
                Ok((stage.compositor_ref().windows()?.len() == 1).then_some(()))
            })?;
            for (what, bytes) in &broken {
                let mut socket = UnixStream::connect(stage.outside()).expect("it listens");
                socket.set_read_timeout(Some(DEADLINE)).expect("a timeout");
                socket.write_all(bytes).expect("it is connected");
                let mut told = Vec::new();
                // A reset is an end too.
                let _ = socket.read_to_end(&mut told);
                // The object and opcode of `wl_display.error`.
                assert!(told.windows(6).any(|it| it == [1, 0, 0, 0, 0, 0]), "{what}: {told:?}");
                stage.check()?;
                assert_eq!(stage.compositor_ref().windows()?.len(), 1, "{what}");
            }
            Ok(())
        },
        "direct",
    )
}
