//! Every way in which `farway ssh` ends: what the exit code is, and that nothing of it stays on either side.

use farway_testkit::need;
use farway_testkit::real::RealError;
use farway_testkit::real::ssh::scene::{kill, lives};
use farway_testkit::real::ssh::{Cut, Far, Relay, Scene, Stdio, Talk, farway_ssh};
use farway_testkit::real::wait::{self, DEADLINE};
use rustix::process::Signal;
use std::time::Duration;

type Test = Result<(), RealError>;

const TERMINAL: Stdio = Stdio::Terminal { rows: 30, columns: 100 };

/// A command, a child of it, and a daemon that has left its session, which dislikes to end.
const FAMILY: &str = "(exec sleep 911) & setsid sh -c 'trap \"\" HUP; exec sleep 922' & \
                      until pgrep -f '^sleep 922' >/dev/null; do :; done; echo st\"\"arted; exec sleep 933";

fn family(scene: &Scene, stdio: Stdio, options: &[&str]) -> Result<Talk, RealError> {
    let wish: &[&str] = if stdio == Stdio::Pipes { &[FAMILY] } else { &["-t", FAMILY] };
    let mut talk = scene.talk(stdio, options, wish)?;
    talk.expect("started")?;
    for part in ["sleep 911", "sleep 922", "sleep 933"] {
        wait::until("the family is complete", DEADLINE, || {
            Ok(scene.server.machine().processes().iter().any(|(_, words)| words == part).then_some(()))
        })?;
    }
    Ok(talk)
}

#[test]
fn a_command_ends_by_itself() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_normal")?;
    assert_eq!(scene.run(&["exit 3"])?.code(), 3);
    scene.expect_nothing_left()?;
    let mut shell = scene.talk(TERMINAL, &[], &[])?;
    shell.send(b"exit 4\n")?;
    assert_eq!(shell.finish()?.code(), Some(4));
    scene.expect_nothing_left()
}

#[test]
fn a_daemon_survives_a_normal_end() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_daemon")?;
    // As with ssh: tmux, screen, nohup.
    let command = "setsid sh -c 'trap \"\" HUP; exec sleep 944' </dev/null >/dev/null 2>&1 & \
                   until pgrep -f '^sleep 944' >/dev/null; do :; done; exit 5";
    let mut talk = scene.talk(Stdio::Pipes, &[], &[command])?;
    assert_eq!(talk.finish()?.code(), Some(5));
    wait::until("the keeper has ended", DEADLINE, || {
        Ok(scene.far_processes("keeper").is_empty().then_some(()))
    })?;
    let daemon = scene.far_process("sleep 944")?;
    assert!(lives(daemon));
    kill(daemon, Signal::KILL)?;
    scene.expect_nothing_left()
}

#[test]
fn what_shares_the_terminal_ends_with_it() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_background")?;
    let mut shell = scene.talk(TERMINAL, &[], &[])?;
    shell.send(b"sleep 955 &\nPS1='read''y> '\n")?;
    shell.expect("ready> ")?;
    shell.send(b"exit\nexit\n")?;
    shell.finish()?;
    // The terminal hangs up, as when sshd closes it.
    scene.expect_nothing_left()
}

#[test]
fn an_interrupt_is_the_commands_and_a_second_one_ends_all() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_interrupt")?;
    // One that ends of it.
    let mut talk = scene.talk(Stdio::Pipes, &[], &["echo started; exec sleep 933"])?;
    talk.expect("started")?;
    talk.process().signal(Signal::INT)?;
    assert_eq!(talk.finish()?.code(), Some(130));
    scene.expect_nothing_left()?;
    // One that has a use for it.
    let mut talk = scene.talk(
        Stdio::Pipes,
        &[],
        &["trap 'echo heard; exit 9' INT; echo started; while :; do sleep 0.02; done"],
    )?;
    talk.expect("started")?;
    talk.process().signal(Signal::INT)?;
    talk.expect("heard")?;
    assert_eq!(talk.finish()?.code(), Some(9));
    scene.expect_nothing_left()?;
    // One that does not listen.
    let mut talk = scene.talk(
        Stdio::Pipes,
        &[],
        &["trap 'echo heard' INT; echo started; while :; do sleep 0.02; done"],
    )?;
    talk.expect("started")?;
    talk.process().signal(Signal::INT)?;
    talk.expect("heard")?;
    talk.process().signal(Signal::INT)?;
    assert_eq!(talk.finish()?.code(), Some(130));
    scene.expect_nothing_left()
}

#[test]
fn signals_end_the_session() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_signals")?;
    for (signal, stdio) in
        [(Signal::TERM, Stdio::Pipes), (Signal::HUP, Stdio::Pipes), (Signal::TERM, TERMINAL)]
    {
        let mut talk = family(&scene, stdio, &[])?;
        talk.process().signal(signal)?;
        assert_eq!(talk.finish()?.code(), Some(128 + signal.as_raw()), "{signal:?}: {}", talk.text());
        scene.expect_nothing_left()?;
    }
    // The terminal's window is closed.
    let mut talk = family(&scene, TERMINAL, &[])?;
    talk.hang_up();
    talk.finish()?;
    scene.expect_nothing_left()
}

#[test]
fn the_near_end_is_killed_and_another_takes_over() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_attach")?;
    let mut shell = scene.talk(TERMINAL, &[], &[])?;
    shell.send(b"PS1='read''y> '; memory=kept\n")?;
    shell.expect("ready> ")?;
    let id = scene.session()?;
    shell.process().signal(Signal::KILL)?;
    shell.finish()?;
    // Its ssh does not stay behind, and the far side knows.
    wait::until("the porter has gone", DEADLINE, || {
        Ok(scene.far_processes("porter").is_empty().then_some(()))
    })?;
    let mut again = scene.mode(Stdio::Terminal { rows: 17, columns: 71 }, "attach", &[&id])?;
    again.send(b"\necho $memory; stty size\n")?;
    again.expect("kept")?;
    again.expect("17 71")?;
    // Yet another one takes it over while this one is there.
    let mut third = scene.mode(TERMINAL, "attach", &[])?;
    again.expect("shown elsewhere now")?;
    again.finish()?;
    third.send(b"\necho st''ill $memory; exit 6\n")?;
    third.expect("still kept")?;
    assert_eq!(third.finish()?.code(), Some(6));
    scene.expect_nothing_left()
}

#[test]
fn last_words_wait_for_whoever_takes_over() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("life_last_words")?;
    let gate = scene.server.machine().home().join("gate");
    let command = "echo started; until [ -e gate ]; do sleep 0.02; done; echo last words; exit 9";
    let mut talk = scene.talk(Stdio::Pipes, &[], &[command])?;
    talk.expect("started")?;
    talk.process().signal(Signal::KILL)?;
    talk.finish()?;
    wait::until("the porter has gone", DEADLINE, || {
        Ok(scene.far_processes("porter").is_empty().then_some(()))
    })?;
    std::fs::write(&gate, "").expect("a file");
    wait::until("the command has ended", DEADLINE, || {
        Ok(scene.far_processes("until").is_empty().then_some(()))
    })?;
    let mut again = scene.mode(Stdio::Pipes, "attach", &[])?;
    again.expect("last words")?;
    assert_eq!(again.finish()?.code(), Some(9));
    scene.expect_nothing_left()
}

#[test]
fn nobody_takes_over() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_no_attach")?;
    let mut talk = family(&scene, Stdio::Pipes, &["--grace", "1s"])?;
    talk.process().signal(Signal::KILL)?;
    talk.finish()?;
    scene.expect_nothing_left()?;
    // Without any grace the link is the session's life.
    let mut talk = family(&scene, Stdio::Pipes, &["--grace", "0"])?;
    talk.process().signal(Signal::KILL)?;
    talk.finish()?;
    scene.expect_nothing_left()
}

#[test]
fn the_keeper_is_killed() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_keeper")?;
    let mut talk = scene.talk(Stdio::Pipes, &[], &["echo started; exec sleep 933"])?;
    talk.expect("started")?;
    kill(scene.far_process("keeper")?, Signal::KILL)?;
    let status = talk.finish()?;
    assert_eq!(status.code(), Some(255), "{}", talk.errors());
    assert!(talk.errors().contains("has ended"), "{}", talk.errors());
    // The next one sweeps what it could not: the socket of its session, and that of the display.
    assert_eq!(scene.run(&["exit 3"])?.code(), 3);
    scene.expect_nothing_left()
}

#[test]
fn the_keeper_is_told_to_end() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_keeper_term")?;
    let mut talk = family(&scene, Stdio::Pipes, &[])?;
    kill(scene.far_process("keeper")?, Signal::TERM)?;
    // The command was ended by it.
    let code = talk.finish()?.code();
    assert!(matches!(code, Some(129 | 143)), "{code:?}: {}", talk.errors());
    scene.expect_nothing_left()
}

#[test]
fn the_porter_is_killed() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_porter")?;
    let mut talk = scene.talk(Stdio::Pipes, &[], &["cat; exit 5"])?;
    talk.send(b"one\n")?;
    talk.expect("one")?;
    // It is only a link.
    kill(scene.far_process("porter")?, Signal::KILL)?;
    talk.send(b"two\n")?;
    talk.expect("two")?;
    talk.close_input();
    assert_eq!(talk.finish()?.code(), Some(5));
    scene.expect_nothing_left()
}

#[test]
fn the_server_goes_away_for_good() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_gone")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut words = scene.server.client().through(&relay)?.openssh();
    words.push("echo started; exec sleep 933".into());
    let options = ["--grace", "1s"];
    let mut talk = farway_ssh(&scene.sandbox, Some(scene.display()), Stdio::Pipes, &options, &words)?;
    talk.expect("started")?;
    relay.cut(Cut::Reset);
    // While it tries: one signal is enough.
    wait::until("it has noticed", DEADLINE, || Ok(talk.errors().contains("is lost").then_some(())))?;
    talk.process().signal(Signal::TERM)?;
    assert_eq!(talk.finish()?.code(), Some(143));
    scene.expect_nothing_left()
}

#[test]
fn a_signal_before_there_is_a_session() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::with("life_early", Far::with_farway(), &[])?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    relay.cut(Cut::Swallow);
    for signal in [Signal::INT, Signal::TERM] {
        let words = [scene.server.client().through(&relay)?.openssh(), vec!["true".into()]].concat();
        let mut talk = farway_ssh(&scene.sandbox, Some(scene.display()), Stdio::Pipes, &[], &words)?;
        relay.wait("ssh dials", |traffic| traffic.open == 1)?;
        talk.process().signal(signal)?;
        assert_eq!(talk.finish()?.code(), Some(128 + signal.as_raw()));
        relay
            .wait("ssh has gone", |traffic| traffic.open == 0 || scene.near_processes("ssh -F").is_empty())?;
        relay.cut(Cut::Reset);
        relay.cut(Cut::Swallow);
    }
    scene.expect_nothing_left()
}

#[test]
fn a_link_that_breaks_at_the_very_start() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("life_start")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let client = scene.server.client().through(&relay)?;
    assert!(client.run(&scene.sandbox, "true")?.status.success());
    let bare = relay.traffic().up + relay.traffic().down;
    let words = [client.openssh(), vec!["seq 2000; exec cat".into()]].concat();
    let start = || farway_ssh(&scene.sandbox, Some(scene.display()), Stdio::Pipes, &[], &words);
    // Wherever it breaks: either there is a session on this side too, which goes on, or there is none on either.
    let (mut talks, mut failed) = (Vec::new(), 0);
    // From the last of ssh's own words to well behind the session's first ones.
    for part in 0..12 {
        let before = relay.traffic().connections;
        relay.cut_after(bare * 9 / 10 + part * 250, Cut::Reset);
        let mut talk = start()?;
        relay.wait("the link is cut", |traffic| traffic.connections > before && traffic.open == 0)?;
        relay.heal();
        let ended = wait::until("it has failed or goes on", DEADLINE, || {
            if talk.process().check().is_err() {
                return Ok(Some(true));
            }
            Ok(relay.traffic().connections.gt(&(before + 1)).then_some(false))
        })?;
        if ended {
            assert_eq!(talk.finish()?.code(), Some(255), "{}", talk.errors());
            failed += 1;
        } else {
            // The answer tells that there is a link again.
            talk.send(b"ping\n")?;
            talk.expect("ping")?;
            talk.process().signal(Signal::TERM)?;
            talks.push(talk);
        }
    }
    assert!(failed > 0, "never at the start");
    for mut talk in talks {
        assert_eq!(talk.finish()?.code(), Some(143), "{}", talk.errors());
    }
    scene.expect_nothing_left()
}
