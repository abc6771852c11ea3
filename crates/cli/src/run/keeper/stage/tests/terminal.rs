use super::super::*;
use super::play::{Play, alone, login, sh};

/// A terminal as most have it.
pub fn plain() -> words::Terminal {
    words::Terminal { kind: "xterm".into(), size: words::Size { rows: 33, columns: 101 }, modes: Vec::new() }
}

fn at_terminal(wanted: Wanted) -> Wanted {
    Wanted { terminal: Some(plain()), ..wanted }
}

#[test]
fn size_and_kind() {
    alone("terminal::size_and_kind", || {
        let mut play = Play::start(at_terminal(sh(
            "echo $TERM; tty; echo $SSH_TTY; stty size; trap 'stty size; exit 0' WINCH; echo ready; read x",
        )));
        play.until("it to be ready", |play| play.said(0).contains("ready"));
        let said = play.said(0);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!((lines[0], lines[3]), ("xterm", "33 101"));
        assert!(lines[1].starts_with("/dev/") && lines[1] == lines[2], "{said}");
        play.stage.resize(words::Size { rows: 12, columns: 34 });
        // Some shells look at signals only after they have read.
        play.until_out("12 34");
        assert_eq!(play.code(), 0);
        play.all_out();
    });
}

#[test]
fn modes_are_those_of_the_near_terminal() {
    alone("terminal::modes_are_those_of_the_near_terminal", || {
        let mut wanted = at_terminal(sh("stty -a"));
        if let Some(terminal) = &mut wanted.terminal {
            terminal.modes = vec![(3, 8), (10, 255), (38, 0), (53, 0), (70, 1), (200, 1)];
        }
        let mut play = Play::start(wanted);
        let said = play.all_out();
        for expected in ["erase = ^H;", "susp = <undef>;", " -ixon ", " -echo ", "opost"] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
    });
}

#[test]
fn keys_interrupt_jobs_and_not_the_shell() {
    alone("terminal::keys_interrupt_jobs_and_not_the_shell", || {
        // Some shells do to themselves what was done to a job.
        let script = "trap : INT; set -m; sh -c 'echo ready; exec sleep 100'; echo after=$?; exit 6";
        let mut play = Play::start(at_terminal(sh(script)));
        play.until_out("ready");
        play.write("\x03");
        play.until_out("after=130");
        assert_eq!(play.code(), 6);
    });
}

#[test]
fn a_login_shell_with_jobs() {
    alone("terminal::a_login_shell_with_jobs", || {
        let mut play = Play::start(at_terminal(login()));
        // What is typed is echoed, so it must not look like the answer.
        play.write("set -m; echo na''me=$0\n");
        play.until_out("name=-sh");
        play.write("sh -c 'echo rea\"\"dy; exec sleep 100'\n");
        play.until_out("ready");
        play.write("\x03");
        play.write("echo af''ter=$?\n");
        play.until_out("after=130");
        // A job in the background, in a group of its own.
        if super::can_find_daemons() {
            play.write("sh -c 'echo bac\"\"k; exec sleep 100' &\n");
            play.until_out("back");
        }
        play.write("exit 5\n");
        assert_eq!(play.code(), 5);
        play.stage.end(Instant::now());
        play.until("the end of all", |play| play.stage.is_empty(&[]));
        play.all_out();
    });
}

#[test]
fn the_end_reaches_every_job() {
    alone("terminal::the_end_reaches_every_job", || {
        let mut play = Play::start(at_terminal(login()));
        play.write("set -m; sh -c 'trap \"\" HUP; echo rea\"\"dy; exec sleep 100'\n");
        play.until_out("ready");
        play.stage.end(Instant::now());
        play.until("the end of all", |play| play.stage.is_empty(&[]));
        play.all_out();
    });
}
