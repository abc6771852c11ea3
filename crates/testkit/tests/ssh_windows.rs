//! Windows of applications that run on the far machine: as they look directly, alive over cuts, and what ends with them.

use farway_testkit::need;
use farway_testkit::real::ssh::scene::secluded;
use farway_testkit::real::ssh::{Cut, Far, Relay, Scene, Server, Stdio, Talk, farway_ssh};
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Compositor, Image, Kind, RealError, Sandbox, Stage};
use std::path::Path;
use std::time::Duration;

type Test = Result<(), RealError>;

const FOOT: &[&str] =
    &["-W", "60x12", "sh", "-c", "printf 'fixed \\033[1;31mred\\033[0m äöü\\r\\n'; read a; read b; exit 7"];

/// The settings of the sandbox's applications, for those of the far account, which cannot read them there.
fn settle_in(sandbox: &Sandbox, server: &Server) -> String {
    let (from, to) = (sandbox.path().join("home/.config"), server.machine().home().join("settings"));
    std::fs::create_dir_all(to.join("foot")).expect("a folder");
    for name in ["fonts.conf", "foot/foot.ini", "weston.ini"] {
        std::fs::copy(from.join(name), to.join(name)).expect("a copy");
    }
    let place = to.display();
    format!("FONTCONFIG_FILE={place}/fonts.conf XDG_CONFIG_HOME={place} LANG=C.UTF-8 TERM=xterm")
}

fn quoted(words: &[&str]) -> String {
    let words = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    words.collect::<Vec<_>>().join(" ")
}

/// `farway ssh` onto the display of a compositor.
fn start(sandbox: &Sandbox, server: &Server, display: &Path, command: &str) -> Result<Talk, RealError> {
    let mut words = server.client().openssh();
    words.push(format!("{} {command}", settle_in(sandbox, server)));
    farway_ssh(sandbox, Some(display), Stdio::Pipes, &[], &words)
}

/// Waits for this picture.
fn shows(stage: &Stage, what: &str, wanted: &Image) -> Test {
    let mut last = None;
    let seen = wait::until(&format!("{what} looks as it does directly"), DEADLINE, || {
        let shot = stage.screenshot()?;
        let same = shot == *wanted;
        last = Some(shot);
        Ok(same.then_some(()))
    });
    seen.inspect_err(|_| {
        let dir = stage.sandbox().keep_dir();
        let _ = std::fs::create_dir_all(&dir);
        let _ = wanted.save(&dir.join(format!("{what}-direct.png")));
        let _ = last.as_ref().map(|last| last.save(&dir.join(format!("{what}-ssh.png"))));
        eprintln!("pictures are in {}", dir.display());
    })
}

#[test]
fn foot_looks_as_it_does_directly() -> Test {
    need!("sshd", "ssh", "unshare", "foot");
    let mut direct = Stage::new("ssh-foot", Kind::View, None, 0)?;
    let command = direct.command("foot", FOOT)?;
    direct.launch(command)?;
    direct.settle("shown")?;
    let shown = direct.screenshot()?;
    direct.write("typed 123\n")?;
    direct.settle("typed")?;
    let typed = direct.screenshot()?;
    drop(direct);
    let mut stage = Stage::new("ssh-foot", Kind::View, None, 0)?;
    let server = Server::sshd(stage.sandbox(), &secluded(Far::with_farway()), &[])?;
    let command = format!("foot {}", quoted(FOOT));
    let mut foot = start(stage.sandbox(), &server, &stage.display(), &command)?;
    shows(&stage, "foot-shown", &shown)?;
    stage.write("typed 123\n")?;
    shows(&stage, "foot-typed", &typed)?;
    // Its window closes with its program, and the exit code is its own.
    stage.write("\n")?;
    assert_eq!(foot.finish()?.code(), Some(7), "{}", foot.errors());
    let blank = stage.compositor().blank().clone();
    shows(&stage, "nothing", &blank)
}

#[test]
fn weston_terminal_looks_as_it_does_directly() -> Test {
    need!("sshd", "ssh", "unshare", "weston", "weston-terminal");
    let mut direct = Stage::new("ssh-weston", Kind::Weston, None, 0)?;
    let mut command = direct.command("weston-terminal", &["--shell=/bin/sh"])?;
    command.env("PS1", "prompt ");
    direct.launch(command)?;
    direct.settle("shown")?;
    let shown = direct.screenshot()?;
    drop(direct);
    let stage = Stage::new("ssh-weston", Kind::Weston, None, 0)?;
    let server = Server::sshd(stage.sandbox(), &secluded(Far::with_farway()), &[])?;
    let command = "XCURSOR_SIZE=24 PS1='prompt ' weston-terminal --shell=/bin/sh";
    let _terminal = start(stage.sandbox(), &server, &stage.display(), command)?;
    shows(&stage, "terminal", &shown)
}

/// Takes pictures until so many were different.
fn moves(compositor: &Compositor, sandbox: &Sandbox, frames: usize) -> Test {
    let mut seen: Vec<Image> = Vec::new();
    wait::until(&format!("{frames} frames were shown"), DEADLINE, || {
        let shot = compositor.screenshot(sandbox)?;
        if !seen.contains(&shot) {
            seen.push(shot);
        }
        Ok((seen.len() >= frames).then_some(()))
    })
}

/// A scene whose display is somebody's.
fn shown(test: &str) -> Result<(Scene, Compositor), RealError> {
    let scene = Scene::new(test)?;
    let compositor = Compositor::start(&scene.sandbox, Kind::View)?;
    Ok((scene, compositor))
}

#[test]
fn an_animation_goes_on_over_cuts() -> Test {
    need!("sshd", "ssh", "unshare", "weston-simple-shm");
    let (scene, compositor) = shown("ssh_animation")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut words = scene.server.client().through(&relay)?.openssh();
    words.push("weston-simple-shm".into());
    let mut talk = farway_ssh(&scene.sandbox, Some(compositor.display()), Stdio::Pipes, &[], &words)?;
    moves(&compositor, &scene.sandbox, 4)?;
    let windows = compositor.windows()?;
    let program = scene.far_process("weston-simple-shm")?;
    for bytes in [0, 1000, 60_000, 400_000] {
        let before = relay.traffic().connections;
        relay.cut_after(bytes, Cut::Reset);
        relay.wait("the link is cut", |traffic| traffic.open == 0)?;
        // The window stays where it is.
        assert_eq!(compositor.windows()?, windows);
        relay.heal();
        relay.wait("there is another link", |traffic| traffic.connections > before)?;
        moves(&compositor, &scene.sandbox, 4)?;
    }
    assert_eq!(compositor.windows()?, windows);
    assert_eq!(scene.far_process("weston-simple-shm")?, program);
    // The application's end is the session's.
    farway_testkit::real::ssh::scene::kill(program, rustix::process::Signal::TERM)?;
    assert_eq!(talk.finish()?.code(), Some(143));
    wait::until("the window is gone", DEADLINE, || Ok(compositor.windows()?.is_empty().then_some(())))
}

#[test]
fn a_window_outlives_the_command_that_opened_it() -> Test {
    need!("sshd", "ssh", "unshare", "foot", "setsid");
    let (scene, compositor) = shown("ssh_fork")?;
    let gate = scene.server.machine().home().join("gate");
    let settings = settle_in(&scene.sandbox, &scene.server);
    let command = format!(
        "{settings} setsid foot sleep 966 >/dev/null 2>&1 & until [ -e gate ]; do sleep 0.02; done; echo left; exit 3"
    );
    let mut words = scene.words(&[]);
    words.push(command);
    let mut talk = farway_ssh(&scene.sandbox, Some(compositor.display()), Stdio::Pipes, &[], &words)?;
    wait::until("its window is shown", DEADLINE, || Ok((compositor.windows()?.len() == 1).then_some(())))?;
    std::fs::write(&gate, "").expect("a file");
    talk.expect("left")?;
    wait::until("the command has ended", DEADLINE, || {
        Ok(scene.far_processes("until").is_empty().then_some(()))
    })?;
    // Another one has its time, and the window and its session are still there.
    assert_eq!(scene.run(&["true"])?.code(), 0);
    assert_eq!(compositor.windows()?.len(), 1);
    talk.process().check()?;
    let sleep = wait::until("foot's program runs", DEADLINE, || {
        let all = scene.server.machine().processes();
        Ok(all.into_iter().find(|(_, words)| words == "sleep 966").map(|(pid, _)| pid))
    })?;
    farway_testkit::real::ssh::scene::kill(sleep, rustix::process::Signal::TERM)?;
    assert_eq!(talk.finish()?.code(), Some(3), "{}", talk.errors());
    wait::until("the window is gone", DEADLINE, || Ok(compositor.windows()?.is_empty().then_some(())))?;
    let left = || Ok(scene.far_processes("farway").is_empty().then_some(()));
    wait::until("nothing runs over there", DEADLINE, left)
}

#[test]
fn a_display_that_was_removed_comes_back_with_the_link() -> Test {
    need!("sshd", "ssh", "unshare", "weston-simple-shm");
    let (scene, compositor) = shown("ssh_runtime")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut words = scene.server.client().through(&relay)?.openssh();
    words.push("echo started; until [ -e gate ]; do sleep 0.02; done; exec weston-simple-shm".into());
    let mut talk = farway_ssh(&scene.sandbox, Some(compositor.display()), Stdio::Pipes, &[], &words)?;
    talk.expect("started")?;
    let socket = || {
        let entries = std::fs::read_dir(scene.server.machine().runtime()).into_iter().flatten().flatten();
        let mut paths = entries.map(|entry| entry.path());
        Ok(paths.find(|path| path.to_string_lossy().contains("/wayland-")))
    };
    let path = wait::until("the display is there", DEADLINE, socket)?;
    // The link was the user's last login.
    relay.cut(Cut::Reset);
    std::fs::remove_file(&path).expect("the display goes");
    relay.heal();
    let back = wait::until("the display is back", DEADLINE, socket);
    assert_eq!(back.inspect_err(|_| eprintln!("{}", talk.errors()))?, path);
    std::fs::write(scene.server.machine().home().join("gate"), "").expect("a file");
    moves(&compositor, &scene.sandbox, 3)
}
