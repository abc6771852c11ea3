//! The terminal of `farway ssh`: a real one for the command, made over there, behind the one that the user has.

use farway_testkit::need;
use farway_testkit::real::RealError;
use farway_testkit::real::ssh::{Scene, Stdio, Talk};

type Test = Result<(), RealError>;

const TERMINAL: Stdio = Stdio::Terminal { rows: 30, columns: 100 };

/// A login shell whose prompt is known.
fn shell(scene: &Scene) -> Result<Talk, RealError> {
    let mut shell = scene.talk(TERMINAL, &[], &[])?;
    // Not as it is echoed, but as it is printed.
    shell.send(b"bind 'set enable-bracketed-paste off'; PS1='read''y> '\n")?;
    shell.expect("ready> ")?;
    Ok(shell)
}

#[test]
fn a_login_shell_has_size_name_and_job_control() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("ssh_shell")?;
    let mut shell = shell(&scene)?;
    shell.send(b"shopt -q login_shell && echo log''in $TERM; stty size; tty\n")?;
    shell.expect("login xterm")?;
    shell.expect("30 100")?;
    shell.expect("/dev/pts/")?;
    // A window's edge is dragged: the program in front hears of it.
    shell.send(b"trap 'stty size; echo res''ized' WINCH; echo tr''apped\n")?;
    shell.expect("trapped")?;
    shell.resize(20, 55)?;
    shell.expect("20 55")?;
    shell.expect("resized")?;
    shell.send(b"trap - WINCH\n")?;
    // Ctrl-C ends what is in front, not the shell, and not us.
    shell.send(b"sh -c 'echo st\"\"arted; exec sleep 600'\n")?;
    shell.expect("started")?;
    shell.send(&[3])?;
    shell.expect("ready> ")?;
    shell.send(b"echo status $?\n")?;
    shell.expect("status 130")?;
    // Ctrl-Z stops it; the shell has it back in front.
    shell.send(b"sed -u s/x/y/\nx1\n")?;
    shell.expect("y1")?;
    shell.send(&[26])?;
    shell.expect("Stopped")?;
    shell.expect("ready> ")?;
    shell.send(b"fg\n")?;
    shell.expect("sed -u")?;
    shell.send(b"x2\n")?;
    shell.expect("y2")?;
    shell.send(&[3])?;
    shell.expect("ready> ")?;
    // Ctrl-D ends the shell.
    shell.send(b"(exit 7)\n")?;
    shell.expect("ready> ")?;
    shell.send(&[4])?;
    assert_eq!(shell.finish()?.code(), Some(7));
    scene.expect_nothing_left()
}

#[test]
fn a_command_gets_a_terminal_if_asked_for() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let scene = Scene::new("ssh_tt")?;
    let ask = "test -t 0 && test -t 1 && test -t 2 && echo te''rminal || echo pi''pe";
    let mut cases = vec![
        (TERMINAL, vec![ask], "pipe"),
        (TERMINAL, vec!["-t", ask], "terminal"),
        (TERMINAL, vec!["-tt", ask], "terminal"),
        (TERMINAL, vec!["-t", "-T", ask], "pipe"),
        (Stdio::Pipes, vec![ask], "pipe"),
        (Stdio::Pipes, vec!["-tt", ask], "terminal"),
    ];
    // Not a terminal here: ssh asks for none, with or without a command.
    cases.push((Stdio::Pipes, vec!["-t", ask], "pipe"));
    for (stdio, words, answer) in cases {
        let mut talk = scene.talk(stdio, &[], &words)?;
        let status = talk.finish()?;
        assert!(status.success() && talk.text().contains(answer), "{stdio:?} {words:?}: {}", talk.text());
    }
    // A shell without a terminal reads commands.
    let ended = scene.run_with(&[], &[], b"echo from a pipe\nexit 8\n".to_vec())?;
    assert_eq!((ended.text().as_str(), ended.code()), ("from a pipe\n", 8), "{ended:?}");
    Ok(())
}

#[test]
fn our_terminal_is_as_it_was() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let scene = Scene::new("ssh_modes")?;
    let farway = farway_testkit::real::programs::farway()?.display().to_string();
    let words = scene.words(&["-t", "'stty -a; stty -echo; exit 3'"]).join(" ");
    let script = format!(
        "export WAYLAND_DISPLAY={}; stty -ixon erase ^H; A=$(stty -g); {farway} ssh {words}; echo code $?; \
         test \"$A\" = \"$(stty -g)\" && echo sa''me",
        scene.display().display()
    );
    let words = [std::ffi::OsStr::new("-c"), std::ffi::OsStr::new(&script)];
    let sh = farway_testkit::real::programs::need("sh")?;
    let mut talk = Talk::start(&scene.sandbox, TERMINAL, &sh, &words, |_| {})?;
    // Its modes are ours, as with ssh.
    talk.expect("erase = ^H")?;
    talk.expect("-ixon")?;
    talk.expect("code 3")?;
    talk.expect("same")?;
    assert!(talk.finish()?.success());
    Ok(())
}

#[test]
fn full_screen_programs_work() -> Test {
    need!("sshd", "ssh", "unshare", "setsid", "busybox");
    let mut scene = Scene::new("ssh_editor")?;
    let mut vi = scene.talk(TERMINAL, &[], &["-t", "busybox vi note; cat note; echo \"<$?>\""])?;
    // The last line is where it is said to be: 30 rows.
    vi.expect("\u{1b}[30;1H")?;
    vi.expect("note")?;
    vi.send(b"itext typed\x1b")?;
    vi.expect("text typed")?;
    vi.send(b":wq\r")?;
    vi.expect("<0>")?;
    assert!(vi.finish()?.success());
    let note = std::fs::read_to_string(scene.server.machine().home().join("note")).unwrap_or_default();
    assert_eq!(note, "text typed\n");
    let mut less = scene.talk(TERMINAL, &[], &["-t", "seq 1000 | busybox less; echo af''ter"])?;
    less.expect("\u{1b}[K29")?;
    less.send(b"G")?;
    less.expect("1000")?;
    less.send(b"q")?;
    less.expect("after")?;
    assert!(less.finish()?.success());
    scene.expect_nothing_left()
}

#[test]
fn much_output_through_a_terminal() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let scene = Scene::new("ssh_flood")?;
    let mut talk = scene.talk(TERMINAL, &[], &["-t", "seq 200000; exit 5"])?;
    assert_eq!(talk.finish()?.code(), Some(5));
    let expected: String = (1..=200_000).map(|number| format!("{number}\r\n")).collect();
    let text = talk.text();
    assert!(
        text == expected,
        "{} of {} bytes, ending in {:?}",
        text.len(),
        expected.len(),
        text.get(text.len().saturating_sub(40)..)
    );
    Ok(())
}
