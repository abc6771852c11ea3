//! `farway view` in native windows, on an X11 desktop in memory, with its user's keyboard, pointer and clipboard.

use std::time::Duration;

use farway_testkit::need;
use farway_testkit::real::desktop::Native;
use farway_testkit::real::error::Doing;
use farway_testkit::real::process::Process;
use farway_testkit::real::programs::{PYTHON, farway};
use farway_testkit::real::scripts::GTK3;
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Desktop, Image, RealError, Sandbox};
use rustix::process::Signal;

/// What the user may have to repeat is repeated after this time.
const AGAIN: Duration = Duration::from_secs(1);
/// The terminal's background; nothing else has this colour.
const PAPER: [u8; 3] = [0x20, 0x31, 0x45];

/// A desktop and one `farway view` on it.
struct Scene {
    sandbox: Sandbox,
    desktop: Desktop,
    view: Process,
}

impl Scene {
    fn new(test: &str, args: &[&str]) -> Result<Self, RealError> {
        let sandbox = Sandbox::new(test)?;
        let desktop = Desktop::start(&sandbox)?;
        Self::on(sandbox, desktop, args)
    }

    fn on(sandbox: Sandbox, desktop: Desktop, args: &[&str]) -> Result<Self, RealError> {
        let mut command = sandbox.command(farway()?);
        command.args(args);
        desktop.enter(&mut command);
        let view = sandbox.start("view", command)?;
        Ok(Self { sandbox, desktop, view })
    }

    /// Runs the script; if it fails, or if pictures are wanted, keeps one.
    fn play(mut self, script: impl FnOnce(&mut Self) -> Result<(), RealError>) -> Result<(), RealError> {
        let result = script(&mut self);
        if result.is_err() {
            self.keep("failed")?;
            self.sandbox.keep_logs("failed")?;
        }
        result
    }

    fn keep(&self, name: &str) -> Result<(), RealError> {
        let folder = self.sandbox.keep_dir();
        std::fs::create_dir_all(&folder).doing("make a folder for pictures")?;
        self.desktop.screenshot()?.save(&folder.join(format!("{name}.png")))
    }

    /// A picture for those who want to see it.
    fn seen(&self, name: &str) -> Result<(), RealError> {
        if std::env::var_os("FARWAY_KEEP").is_some() { self.keep(name) } else { Ok(()) }
    }

    fn window(&mut self, title: &str) -> Result<Native, RealError> {
        self.view.check()?;
        let window = self.desktop.window(&self.sandbox, title)?;
        self.desktop.focused(&self.sandbox, window)?;
        Ok(window)
    }

    fn user(&self, args: &[&str]) -> Result<(), RealError> {
        self.desktop.ask(&self.sandbox, "xdotool", args).map(drop)
    }

    /// Waits for pixels of the screen.
    fn pixels(&self, what: &str, places: &[(i32, i32)], color: [u8; 3]) -> Result<(), RealError> {
        wait::until(what, DEADLINE, || {
            let shot = self.desktop.screenshot()?;
            let all = places.iter().all(|(x, y)| shot.pixel(*x as u32, *y as u32) == Some(color));
            Ok(all.then_some(()))
        })
    }

    /// A file's lines, once there is a whole one.
    fn lines(&self, name: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.sandbox.path().join(name)).ok()?;
        text.ends_with('\n').then_some(text)
    }

    /// Lets the user do something, again and again, until the file is as it should be.
    fn until_file(
        &self,
        name: &str,
        good: impl Fn(&str) -> bool,
        action: impl Fn() -> Result<(), RealError>,
    ) -> Result<String, RealError> {
        wait::until(&format!("the file {name} is written"), DEADLINE, || {
            action()?;
            match wait::until(name, AGAIN, || Ok(self.lines(name).filter(|text| good(text)))) {
                Err(RealError::Timeout { .. }) => Ok(None),
                result => result.map(Some),
            }
        })
    }

    /// How many rows and columns the terminal has, if it has others than before.
    fn terminal_size(&self, before: &str) -> Result<String, RealError> {
        self.until_file("size", |text| text != before, || self.user(&["type", "stty size >size\n"]))
    }

    fn class(&self, window: Native) -> Result<String, RealError> {
        self.desktop.ask(&self.sandbox, "xprop", &["-id", &window.id.to_string(), "WM_CLASS", "_NET_WM_NAME"])
    }

    /// Neither sockets nor locks.
    fn nothing_left(&self) -> Result<(), RealError> {
        let left = std::fs::read_dir(self.sandbox.runtime()).doing("list the runtime folder")?.flatten();
        let left = left.map(|it| it.file_name()).filter(|it| it.to_string_lossy().contains("farway"));
        assert_eq!(left.collect::<Vec<_>>(), [""; 0]);
        Ok(())
    }
}

/// A terminal: its title and name, typing, its size, both clipboards' ways, its end.
#[test]
fn a_terminal_is_a_window_of_the_host() -> Result<(), RealError> {
    need!("Xvfb", "openbox", "xdotool", "xprop", "xwininfo", "xclip", "foot", "wl-copy");
    let sandbox = Sandbox::new("windows-terminal")?;
    let desktop = Desktop::start(&sandbox)?;
    let copied = "echo 'from outside: ä€' >pasted\n";
    let _xclip = copy_outside(&sandbox, &desktop, copied)?;
    let paper = "colors.background=203145";
    let args = ["view", "--", "foot", "--title=a terminal", "--app-id=org.farway.test", "-o", paper, "sh"];
    Scene::on(sandbox, desktop, &args)?.play(|scene| {
        let window = scene.window("a terminal")?;
        assert!(!window.override_redirect);
        let class = scene.class(window)?;
        assert!(class.contains("\"org.farway.test\", \"org.farway.test\""), "{class}");
        scene.pixels("the terminal is drawn", &corners(window), PAPER)?;
        // Typed before the shell reads, too: nothing is lost.
        scene.user(&["type", "echo 'It is (typed)!' >typed\n"])?;
        let typed = scene.until_file("typed", |_| true, || Ok(()))?;
        assert_eq!(typed, "It is (typed)!\n");
        let pasted = scene.until_file("pasted", |_| true, || scene.user(&["key", "ctrl+shift+v"]))?;
        assert_eq!(pasted, "from outside: ä€\n");
        resized(scene, window)?;
        scene.seen("terminal")?;
        scene.user(&["type", "printf 'from inside' | wl-copy -o\n"])?;
        wait::until("the host has the terminal's text", DEADLINE, || {
            Ok((paste_outside(scene) == "from inside").then_some(()))
        })?;
        scene.desktop.focused(&scene.sandbox, window)?;
        // The window manager closes what has the keyboard.
        scene.user(&["key", "alt+F4"])?;
        let status = scene.view.finish(DEADLINE)?;
        assert!(status.code().is_some(), "{status}");
        scene.nothing_left()
    })
}

/// A server that maps no memory of others, as one on another machine: pixels go over the connection.
#[test]
fn without_shared_memory_it_looks_the_same() -> Result<(), RealError> {
    need!("Xvfb", "openbox", "xdotool", "xprop", "xwininfo", "foot");
    let sandbox = Sandbox::new("windows-unshared")?;
    let desktop = Desktop::start_with(&sandbox, &["-extension", "MIT-SHM"])?;
    let paper = "colors.background=203145";
    let args = ["view", "--", "foot", "--title=a terminal", "-o", paper, "sh"];
    Scene::on(sandbox, desktop, &args)?.play(|scene| {
        let window = scene.window("a terminal")?;
        scene.pixels("the terminal is drawn", &corners(window), PAPER)?;
        resized(scene, window)?;
        scene.seen("unshared")
    })
}

/// Just inside of a window.
fn corners(it: Native) -> [(i32, i32); 3] {
    let (right, bottom) = (it.x + it.width - 1, it.y + it.height - 1);
    [(it.x, bottom), (right, bottom), (right, it.y)]
}

/// The user makes the window smaller, then larger; the terminal follows, and draws all of it.
fn resized(scene: &mut Scene, window: Native) -> Result<(), RealError> {
    let id = window.id.to_string();
    let mut size = scene.terminal_size("")?;
    let mut columns = vec![0];
    for (width, height) in [(500, 400), (900, 600)] {
        scene.user(&["windowsize", &id, &width.to_string(), &height.to_string()])?;
        let now = wait::until("the window has its new size", DEADLINE, || {
            let now = scene.desktop.geometry(&scene.sandbox, window.id);
            Ok(now.filter(|it| (it.width, it.height) == (width, height)))
        })?;
        scene.pixels("the terminal fills its window", &corners(now), PAPER)?;
        size = scene.terminal_size(&size)?;
        columns.push(size.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0));
    }
    assert!(columns.is_sorted() && columns[1] > 0, "{columns:?}");
    Ok(())
}

/// Puts text on the host's clipboard.
fn copy_outside(sandbox: &Sandbox, desktop: &Desktop, text: &str) -> Result<Process, RealError> {
    let file = sandbox.path().join("copied");
    std::fs::write(&file, text).doing("write what is copied")?;
    let mut command = sandbox.command("xclip");
    command.args(["-quiet", "-selection", "clipboard", "-in"]).arg(file);
    desktop.enter(&mut command);
    let xclip = sandbox.start("xclip", command)?;
    wait::until("the host's clipboard has the text", DEADLINE, || {
        let now = desktop.ask(sandbox, "xclip", &["-selection", "clipboard", "-out"]);
        // It fails as long as there is nothing.
        Ok((now.unwrap_or_default() == text).then_some(()))
    })?;
    Ok(xclip)
}

/// What the host's clipboard has.
fn paste_outside(scene: &Scene) -> String {
    scene.desktop.ask(&scene.sandbox, "xclip", &["-selection", "clipboard", "-out"]).unwrap_or_default()
}

/// A menu is a window that no window manager touches, where the application wants it; a click chooses.
#[test]
fn a_menu_is_a_window_beside_its_own() -> Result<(), RealError> {
    need!("Xvfb", "openbox", "xdotool", "xprop", "xwininfo", "python:Gtk-3.0");
    let scene = Scene::new("windows-menu", &["view", "--", PYTHON, "-B", "-c", GTK3])?;
    scene.play(|scene| {
        let window = scene.window("gtk3")?;
        assert_eq!((window.width, window.height), (400, 300));
        assert_eq!(scene.desktop.menus(&scene.sandbox)?, []);
        let menu = open_menu(scene, window, 200)?;
        assert!(menu.override_redirect);
        // Below the button, which is as wide as the window, at its left edge.
        assert_eq!(menu.x, window.x);
        assert!((window.y + 20..window.y + 60).contains(&menu.y), "{menu:?} of {window:?}");
        assert!(menu.width > 40 && menu.height > 60, "{menu:?}");
        // The user's pointer is in the menu's window now, the keyboard still in the other.
        scene.desktop.focused(&scene.sandbox, window)?;
        scene.seen("menu")?;
        let middle = (menu, menu.width / 2, menu.height / 2);
        press_until(scene, "the menu is closed by a click", middle, || no_menu(scene))?;
        open_menu(scene, window, 100)?;
        scene.user(&["key", "Escape"])?;
        wait::until("the menu is closed by a key", DEADLINE, || no_menu(scene))?;
        scene.user(&["key", "alt+F4"])?;
        assert_eq!(scene.view.finish(DEADLINE)?.code(), Some(0), "{}", scene.view.log_tail());
        scene.nothing_left()
    })
}

fn press(scene: &Scene, window: Native, at: (i32, i32)) -> Result<(), RealError> {
    let (id, x, y) = (window.id.to_string(), at.0.to_string(), at.1.to_string());
    scene.user(&["mousemove", "--window", &id, &x, &y, "click", "1"])
}

/// Clicks, until something is so: a click that comes before the application is ready for it is lost.
///
/// Each time elsewhere: winit says nothing of a pointer that comes back to the very pixel where it last moved within the
/// window, whatever was between.
fn press_until<T>(
    scene: &Scene,
    what: &str,
    (window, mut x, y): (Native, i32, i32),
    probe: impl Fn() -> Result<Option<T>, RealError>,
) -> Result<T, RealError> {
    wait::until(what, DEADLINE, || {
        x += 1;
        // A menu may be gone meanwhile.
        if scene.desktop.geometry(&scene.sandbox, window.id).is_some() {
            press(scene, window, (x, y))?;
        }
        match wait::until(what, AGAIN, &probe) {
            Err(RealError::Timeout { .. }) => Ok(None),
            result => result.map(Some),
        }
    })
}

fn open_menu(scene: &Scene, window: Native, x: i32) -> Result<Native, RealError> {
    let open = || Ok(scene.desktop.menus(&scene.sandbox)?.first().copied());
    press_until(scene, "a menu is open", (window, x, 12), open)
}

fn no_menu(scene: &Scene) -> Result<Option<()>, RealError> {
    Ok(scene.desktop.menus(&scene.sandbox)?.is_empty().then_some(()))
}

/// The demo opens a window, and leaves a picture of what was in it.
#[test]
fn the_demo_has_a_window() -> Result<(), RealError> {
    need!("Xvfb", "openbox", "xdotool", "xprop", "xwininfo");
    // It lasts until the user has seen enough, however slow the machine is.
    Scene::new("windows-demo", &["demo", "--seconds", "600"])?.play(|scene| {
        let window = scene.window("farway demo")?;
        scene.seen("demo")?;
        scene.view.signal(Signal::INT)?;
        assert_eq!(scene.view.finish(DEADLINE)?.code(), Some(130), "{}", scene.view.log_tail());
        let picture =
            std::fs::read(scene.sandbox.path().join("farway-demo.png")).doing("read the picture")?;
        let picture = Image::from_png(&picture)?;
        let size = (picture.width as i32, picture.height as i32);
        assert_eq!(size, (window.width, window.height));
        scene.nothing_left()
    })
}

/// Without a screen there are no windows, and one line says so.
#[test]
fn without_a_screen_it_draws_into_memory() -> Result<(), RealError> {
    let sandbox = Sandbox::new("windows-none")?;
    for display in [None, Some(":987654")] {
        let shot = r#"exec "$0" view screenshot --display "$WAYLAND_DISPLAY" shot.png"#;
        let program = farway()?;
        let mut command = sandbox.command(&program);
        command.args(["view", "--size", "320x200", "--", "sh", "-c", shot]).arg(&program);
        command.envs(display.map(|it| ("DISPLAY", it)));
        let mut view = sandbox.start("view", command)?;
        let status = view.finish(DEADLINE)?;
        let log = view.log_tail();
        assert_eq!((status.code(), log.lines().count()), (Some(0), 1), "{log}");
        assert!(log.contains("drawing into memory"), "{log}");
        let picture = std::fs::read(sandbox.path().join("shot.png")).doing("read the picture")?;
        let picture = Image::from_png(&picture)?;
        assert_eq!((picture.width, picture.height), (320, 200));
    }
    Ok(())
}
