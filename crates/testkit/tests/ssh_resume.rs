//! `farway ssh` over links that break: not a byte is lost or repeated, and what runs does not notice.

use farway_testkit::need;
use farway_testkit::real::RealError;
use farway_testkit::real::ssh::scene::{kill, lives};
use farway_testkit::real::ssh::{Cut, Far, Relay, Scene, Stdio, Talk, farway_ssh};
use farway_testkit::real::wait::{self, DEADLINE};
use rustix::process::Signal;
use std::time::Duration;

type Test = Result<(), RealError>;

const TERMINAL: Stdio = Stdio::Terminal { rows: 30, columns: 100 };

/// Numbers, one a line, at some speed and without an end.
const COUNT: &str = "i=0; while :; do i=$((i+1)); echo $i; test $((i % 500)) = 0 && sleep 0.02; done";

/// `farway OPTIONS… ssh` through the relay.
fn through(
    scene: &Scene,
    relay: &Relay,
    stdio: Stdio,
    options: &[&str],
    after: &[&str],
) -> Result<Talk, RealError> {
    let mut words = scene.server.client().through(relay)?.openssh();
    words.extend(after.iter().map(|word| (*word).to_owned()));
    farway_ssh(&scene.sandbox, Some(scene.display()), stdio, options, &words)
}

/// The number of the last whole line, if all before are there, once each.
fn counted(talk: &Talk) -> usize {
    let text = talk.text().replace('\r', "");
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for (at, line) in whole.lines().enumerate() {
        assert_eq!(line, (at + 1).to_string(), "line {}", at + 1);
    }
    whole.lines().count()
}

/// Waits until so many more lines have come.
fn more(talk: &Talk, lines: usize) -> Test {
    let before = counted(talk);
    wait::until("it counts on", DEADLINE, || Ok((counted(talk) >= before + lines).then_some(())))
}

#[test]
fn a_reset_link_loses_nothing() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_reset")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut count = through(&scene, &relay, Stdio::Pipes, &[], &[COUNT])?;
    more(&count, 1000)?;
    for bytes in [0, 1, 777, 4096, 50_000, 200_000] {
        let before = relay.traffic().connections;
        relay.cut_after(bytes, Cut::Reset);
        relay.wait("the link is cut", |traffic| traffic.open == 0)?;
        relay.heal();
        relay.wait("there is another link", |traffic| traffic.connections > before)?;
        more(&count, 2000)?;
    }
    assert!(count.errors().contains("the link to far is lost"), "{}", count.errors());
    // The end is heard over the last of them.
    let keeper = scene.far_process("keeper")?;
    count.process().signal(Signal::TERM)?;
    assert_eq!(count.finish()?.code(), Some(143));
    counted(&count);
    scene.expect_nothing_left()?;
    assert!(!lives(keeper));
    Ok(())
}

#[test]
fn ssh_that_is_killed_is_started_again() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_killed")?;
    let count = format!("(exec sleep 977) & {COUNT}");
    let mut count = scene.talk(Stdio::Pipes, &[], &[&count])?;
    more(&count, 100)?;
    let running = sleeping(&scene);
    for signal in [Signal::KILL, Signal::TERM, Signal::KILL] {
        more(&count, 1000)?;
        let ssh = wait::until("ssh runs", DEADLINE, || Ok(scene.near_processes("ssh -F").first().copied()));
        // Not farway itself, in whose words the same is found.
        let ssh = scene.near_processes("ssh -F").into_iter().find(|pid| comm(*pid) == "ssh").or(ssh.ok());
        kill(ssh.ok_or(RealError::Answer("no ssh"))?, signal)?;
        more(&count, 2000)?;
    }
    // Over there it was the same command all the time.
    assert_eq!(sleeping(&scene), running);
    count.process().signal(Signal::TERM)?;
    count.finish()?;
    scene.expect_nothing_left()
}

/// Not those that are about to become something else.
fn sleeping(scene: &Scene) -> Vec<u32> {
    let all = scene.server.machine().processes();
    all.into_iter().filter(|(_, words)| words == "sleep 977").map(|(pid, _)| pid).collect()
}

fn comm(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

#[test]
fn input_is_not_lost_either() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_input")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut cat = through(&scene, &relay, Stdio::Pipes, &[], &["cat; echo over; exit 3"])?;
    let mut line = 0;
    let say = |cat: &mut Talk, line: &mut usize, lines: usize| -> Test {
        let text: String = (0..lines).map(|at| format!("{}\n", *line + at + 1)).collect();
        *line += lines;
        cat.send(text.as_bytes())
    };
    say(&mut cat, &mut line, 1000)?;
    cat.expect("\n1000\n")?;
    for bytes in [0, 10, 3000, 30_000] {
        let before = relay.traffic().connections;
        relay.cut_after(bytes, Cut::Reset);
        say(&mut cat, &mut line, 4000)?;
        relay.wait("the link is cut", |traffic| traffic.open == 0)?;
        // What is said now waits for a link.
        say(&mut cat, &mut line, 500)?;
        relay.heal();
        relay.wait("there is another link", |traffic| traffic.connections > before)?;
        // Before the pipe is full.
        cat.expect(&format!("\n{line}\n"))?;
    }
    // The end of the input is said while there is no link.
    relay.cut(Cut::Reset);
    cat.close_input();
    relay.heal();
    cat.expect("over\n")?;
    assert_eq!(cat.finish()?.code(), Some(3));
    let expected: String = (1..=line).map(|number| format!("{number}\n")).collect();
    let text = cat.text();
    assert!(text == expected + "over\n", "{} bytes", text.len());
    scene.expect_nothing_left()
}

#[test]
fn silence_is_noticed_and_ended() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_silence")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut count = through(&scene, &relay, Stdio::Pipes, &[], &[COUNT])?;
    more(&count, 1000)?;
    relay.cut(Cut::Swallow);
    // Who has something to say notices within seconds.
    count.send(b"anybody there?\n")?;
    wait::until("the silence is noticed", DEADLINE, || Ok(count.errors().contains("is lost").then_some(())))?;
    relay.heal();
    more(&count, 2000)?;
    // It only pauses: no bytes are lost, and a link that lives again may be used or replaced.
    relay.cut(Cut::Stall);
    wait::until("nothing comes", DEADLINE, || {
        let before = counted(&count);
        std::thread::sleep(wait::TICK * 4);
        Ok((counted(&count) == before).then_some(()))
    })?;
    relay.heal();
    more(&count, 2000)?;
    count.process().signal(Signal::TERM)?;
    count.finish()?;
    drop(relay);
    scene.expect_nothing_left()
}

#[test]
fn a_terminal_comes_back() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("ssh_terminal_back")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut shell = through(&scene, &relay, TERMINAL, &[], &[])?;
    shell.send(b"PS1='read''y> '\n")?;
    shell.expect("ready> ")?;
    for round in 0..3 {
        relay.cut(Cut::Reset);
        // The status line says so, once it is worth it.
        shell.expect("no link to far")?;
        shell.resize(20 + round, 60)?;
        relay.heal();
        // What was typed may be there a moment before the size.
        let size = format!("{} 60", 20 + round);
        let wait = format!("until [ \"$(stty size)\" = '{size}' ]; do :; done; echo ba''ck {round}\n");
        shell.send(wait.as_bytes())?;
        shell.expect(&format!("back {round}"))?;
    }
    shell.send(b"exit 4\n")?;
    assert_eq!(shell.finish()?.code(), Some(4));
    scene.expect_nothing_left()
}

#[test]
fn the_command_ends_while_there_is_no_link() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_end_unlinked")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let gate = scene.server.machine().home().join("gate");
    let command = "echo first; until [ -e gate ]; do sleep 0.02; done; seq 20000; exit 6";
    let mut talk = through(&scene, &relay, Stdio::Pipes, &[], &[command])?;
    talk.expect("first\n")?;
    relay.cut(Cut::Reset);
    std::fs::write(&gate, "").expect("a file");
    wait::until("the command has ended", DEADLINE, || {
        Ok(scene.far_processes("until").is_empty().then_some(()))
    })?;
    relay.heal();
    assert_eq!(talk.finish()?.code(), Some(6));
    let expected: String = (1..=20_000).map(|number| format!("{number}\n")).collect();
    assert!(talk.text() == format!("first\n{expected}"), "{} bytes", talk.text().len());
    scene.expect_nothing_left()
}

#[test]
fn only_the_user_gives_up() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let mut scene = Scene::new("ssh_give_up")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut shell = through(&scene, &relay, TERMINAL, &[], &["-t", "echo st''arted; exec sleep 955"])?;
    shell.expect("started")?;
    let id = scene.session()?;
    relay.cut(Cut::Reset);
    shell.expect("no link to far")?;
    // It tries on: ssh fails again and again.
    shell.expect("next try in")?;
    shell.send(&[3])?;
    shell.expect(&format!("farway attach far {id}"))?;
    assert_eq!(shell.finish()?.code(), Some(130));
    // What runs over there goes on for now.
    assert_eq!(scene.far_processes("sleep 955").len(), 1);
    Ok(())
}

#[test]
fn nobody_comes_back() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_grace")?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let command = "trap '' HUP; setsid sleep 944 & echo started; exec sleep 955";
    let mut talk = through(&scene, &relay, Stdio::Pipes, &["--grace", "1s"], &[command])?;
    talk.expect("started")?;
    relay.cut(Cut::Reset);
    // The far side ends everything, daemons too, and the near side hears of it when it comes.
    wait::until("the far side has ended", DEADLINE, || {
        Ok(scene.server.machine().processes().is_empty().then_some(()))
    })?;
    relay.heal();
    assert_eq!(talk.finish()?.code(), Some(255), "{}", talk.errors());
    assert!(talk.errors().contains("has ended"), "{}", talk.errors());
    scene.expect_nothing_left()
}

#[test]
fn a_link_that_breaks_every_now_and_then() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::with("ssh_storm", Far::with_farway(), &[])?;
    let relay = Relay::start(scene.server.port(), Duration::ZERO)?;
    let mut count = through(&scene, &relay, Stdio::Pipes, &[], &[COUNT])?;
    more(&count, 100)?;
    // Also while ssh itself is still talking: at so many bytes of each new connection.
    for bytes in [500, 1500, 2500, 3500, 4500, 5500, 6500, 8000] {
        let before = relay.traffic().connections;
        relay.cut(Cut::Reset);
        relay.heal();
        relay.wait("there is another try", |traffic| traffic.connections > before)?;
        relay.cut_after(bytes, Cut::Reset);
        relay.wait("it is cut as well", |traffic| traffic.open == 0)?;
        relay.heal();
        more(&count, 500)?;
    }
    count.process().signal(Signal::TERM)?;
    count.finish()?;
    counted(&count);
    scene.expect_nothing_left()
}
