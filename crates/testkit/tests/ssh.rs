//! `farway ssh` with real servers: commands, exit codes, streams, terminals, and ssh's own options.

use farway_testkit::need;
use farway_testkit::real::ssh::scene::{secluded, to_its_end};
use farway_testkit::real::ssh::{Far, LoginShell, Scene, Server, Stdio};
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{RealError, Sandbox, programs};

type Test = Result<(), RealError>;

const TERMINAL: Stdio = Stdio::Terminal { rows: 30, columns: 100 };

/// Bytes without a pattern, with every value and many line ends.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(step).collect()
}

#[test]
fn exit_codes_are_the_commands() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_codes")?;
    let cases = [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
        ("nonexistent-command", 127),
    ];
    for (command, code) in cases {
        let ended = scene.run(&[command])?;
        assert_eq!(ended.code(), code, "{command}: {ended:?}");
    }
    scene.expect_nothing_left()
}

#[test]
fn ssh_that_cannot_connect_ends_with_255() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_255")?;
    let mut command = scene.farway(&[])?;
    // Discard: nobody listens there.
    command.args(["ssh", "-p", "9", "-F", "none", "-o", "BatchMode=yes", "127.0.0.1", "true"]);
    let ended = to_its_end(command, Vec::new())?;
    assert_eq!(ended.code(), 255, "{ended:?}");
    assert!(ended.errors().contains("Connection refused"), "{ended:?}");
    let mut command = scene.farway(&["--ssh-bin", "/nonexistent/ssh"])?;
    command.args(["ssh", "somewhere", "true"]);
    assert_eq!(to_its_end(command, Vec::new())?.code(), 127);
    Ok(())
}

#[test]
fn streams_are_separate_and_exact() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_streams")?;
    let ended = scene.run(&["echo out; echo err >&2; printf 'no line end'"])?;
    assert_eq!((ended.text().as_str(), ended.errors().as_str()), ("out\nno line end", "err\n"));
    let bytes = noise(5 << 20);
    let ended = scene.run_with(&[], &["tee /dev/stderr"], bytes.clone())?;
    assert!(ended.status.success());
    assert!(ended.out == bytes, "{} bytes came back", ended.out.len());
    assert!(ended.err == bytes, "{} bytes came back", ended.err.len());
    // Each way by itself.
    let ended = scene.run_with(&[], &["cksum"], bytes.clone())?;
    let expected = to_its_end(scene.sandbox.command(programs::need("cksum")?), bytes)?;
    assert_eq!(ended.text(), expected.text());
    let ended = scene.run(&["head -c 20000000 /dev/zero"])?;
    assert!(ended.out.len() == 20_000_000 && ended.out.iter().all(|byte| *byte == 0));
    Ok(())
}

#[test]
fn the_end_of_a_stream_is_passed_on() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_ends")?;
    let mut cat = scene.talk(Stdio::Pipes, &[], &["cat; echo over"])?;
    cat.send(b"one\n")?;
    cat.expect("one")?;
    cat.close_input();
    cat.expect("over")?;
    assert!(cat.finish()?.success());
    // Nobody reads any more: the writer hears of it.
    let mut yes = scene.sandbox.command("sh");
    let words = scene.words(&["'yes; echo $? >&2'"]).join(" ");
    let farway = programs::farway()?.display().to_string();
    yes.args(["-c", &format!("{farway} ssh {words} | head -n 3")]).env("WAYLAND_DISPLAY", scene.display());
    let ended = to_its_end(yes, Vec::new())?;
    assert_eq!(ended.text(), "y\ny\ny\n");
    // What is never read by the command is no reason to wait.
    let ended = scene.run_with(&[], &["exit 5"], noise(1 << 20))?;
    assert_eq!(ended.code(), 5);
    let mut idle = scene.talk(Stdio::Pipes, &[], &["exit 6"])?;
    assert_eq!(idle.finish()?.code(), Some(6));
    // -n reads nothing, even if there is something.
    let ended = scene.run_with(&[], &["-n", "cat; echo over"], b"unheard".to_vec())?;
    assert_eq!(ended.text(), "over\n");
    scene.expect_nothing_left()
}

#[test]
fn a_slow_reader_gets_everything() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_slow")?;
    let gate = scene.sandbox.folder("gate")?.join("open");
    let words = scene.words(&["'head -c 3000000 /dev/zero; exit 8'"]).join(" ");
    let farway = programs::farway()?.display().to_string();
    let pause = format!("until [ -e {} ]; do sleep 0.02; done", gate.display());
    let mut slow = scene.sandbox.command("sh");
    slow.args(["-c", &format!("({farway} ssh {words}; echo $? >&2) | ({pause}; wc -c)")]);
    slow.env("WAYLAND_DISPLAY", scene.display());
    let reading = std::thread::spawn(move || to_its_end(slow, Vec::new()));
    wait::until("the session has begun", DEADLINE, || {
        Ok((!scene.far_processes("keeper").is_empty()).then_some(()))
    })?;
    wait::until("nobody is left over there", DEADLINE, || {
        Ok(scene.far_processes("keeper").is_empty().then_some(()))
    })?;
    std::fs::write(&gate, "").expect("a file");
    let ended = reading.join().expect("no panic")?;
    assert_eq!((ended.text().trim(), ended.errors().trim()), ("3000000", "8"));
    scene.expect_nothing_left()
}

#[test]
fn output_that_cannot_be_written_is_told() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_full")?;
    let words = scene.words(&["'seq 99'"]).join(" ");
    let mut full = scene.sandbox.command("sh");
    full.args(["-c", &format!("{} ssh {words} >/dev/full", programs::farway()?.display())]);
    let ended = to_its_end(full, Vec::new())?;
    assert_eq!(ended.code(), 255);
    assert!(ended.errors().contains("cannot write what the command says"), "{}", ended.errors());
    scene.expect_nothing_left()
}

#[test]
fn what_the_command_left_running_does_not_hold_us() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_left_running")?;
    // It has our stdout. sshd waits in such a case; a session ends with its command and its windows.
    let ended = scene.run(&["sleep 300 & echo started"])?;
    assert_eq!((ended.text().as_str(), ended.code()), ("started\n", 0));
    Ok(())
}

#[test]
fn words_reach_the_shell_as_with_ssh() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_words")?;
    let cases: [(&[&str], &str); 5] = [
        (&["echo", "a  b", "$((1+1))"], "a b 2\n"),
        (&["--", "echo", "after"], "after\n"),
        (&["echo", "--", "-n"], "-- -n\n"),
        (&["-T", "echo", "'it'\"'\"'s' '!' '\\'"], "it's ! \\\n"),
        (&["printf '%s\\n' \"x\ny\" ä"], "x\ny\nä\n"),
    ];
    for (words, out) in cases {
        let ended = scene.run(words)?;
        assert_eq!(ended.text(), out, "{words:?}: {ended:?}");
        let ssh = scene.sandbox.command(programs::need("ssh")?);
        let plain = to_its_end(with(ssh, &scene.words(words)), Vec::new())?;
        assert_eq!(plain.text(), out, "{words:?}, ssh itself: {plain:?}");
    }
    Ok(())
}

fn with(mut command: std::process::Command, words: &[String]) -> std::process::Command {
    command.args(words);
    command
}

#[test]
fn the_commands_environment_is_a_login_and_a_display() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_environment")?;
    let ended = scene
        .run(&["echo \"$USER $PWD $WAYLAND_DISPLAY $XDG_RUNTIME_DIR ${SSH_CONNECTION:+linked} \
                            ${WAYLAND_SOCKET-none} $SHLVL\"; ls $XDG_RUNTIME_DIR"])?;
    let text = ended.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let machine = scene.server.machine();
    assert_eq!(words[..2], ["test", &machine.home().display().to_string()], "{text}");
    assert_eq!(words[3..6], [&machine.runtime().display().to_string(), "linked", "none"], "{text}");
    assert!(words[2].starts_with("wayland-") && text.matches(words[2]).count() >= 2, "{text}");
    Ok(())
}

#[test]
fn options_of_ssh_are_sshs() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_options")?;
    let client = scene.server.client();
    let run = |words: Vec<String>| {
        let mut command = scene.farway(&[])?;
        command.arg("ssh").args(words);
        to_its_end(command, Vec::new())
    };
    // -F none, -i, many -o, -p, user@host.
    let words = [client.openssh_options(), vec!["echo".into(), "long".into()]].concat();
    assert_eq!(run(words)?.text(), "long\n");
    // Clusters, values attached, options behind the destination.
    let config = format!("-TaxF{}", client.config().display());
    let port = format!("-oPort={}", client.port());
    let words = vec![config, port, "far".into(), "-4".into(), "echo".into(), "short".into()];
    assert_eq!(run(words)?.text(), "short\n");
    // A wrong one is ssh's to refuse.
    let words = vec!["-o".into(), "NoSuchOption=1".into(), "far".into(), "true".into()];
    let ended = run(words)?;
    assert_eq!(ended.code(), 255, "{ended:?}");
    // What runs nothing is ssh alone.
    let words = [vec!["-G".into()], client.openssh()].concat();
    assert!(run(words)?.text().contains("hostname 127.0.0.1"));
    Ok(())
}

#[test]
fn through_a_bastion() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("ssh_bastion")?;
    let bastion = Server::sshd(&scene.sandbox, &Far::default(), &[])?;
    // -J takes no settings from -F's host but its own: the bastion's are in the same file.
    let far = std::fs::read_to_string(scene.server.client().config()).expect("ssh_config");
    let near = std::fs::read_to_string(bastion.client().config()).expect("ssh_config");
    let both = scene.sandbox.path().join("both");
    std::fs::write(&both, format!("{far}\n{}", near.replacen("Host far", "Host bastion", 1)))
        .expect("ssh_config");
    let mut command = scene.farway(&[])?;
    command.args(["ssh", "-F"]).arg(&both).args(["-J", "bastion", "far", "cat; exit 9"]);
    let bytes = noise(300_000);
    let ended = to_its_end(command, bytes.clone())?;
    assert_eq!(ended.code(), 9, "{}", ended.errors());
    assert!(ended.out == bytes);
    scene.expect_nothing_left()
}

#[test]
fn over_a_shared_connection() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::new("ssh_master")?;
    let socket = scene.sandbox.socket("control").display().to_string();
    let path = format!("ControlPath={socket}");
    let words = |after: &[&str]| [vec!["-o".into(), path.clone()], scene.words(after)].concat();
    let mut master = scene.sandbox.command(programs::need("ssh")?);
    master.args(["-M", "-N"]).args(words(&[]));
    let mut master = scene.sandbox.start("master", master)?;
    wait::until("the master listens", DEADLINE, || Ok(std::path::Path::new(&socket).exists().then_some(())))?;
    for _ in 0..2 {
        let mut command = scene.farway(&[])?;
        command.arg("ssh").args(words(&["echo shared; exit 4"]));
        let ended = to_its_end(command, Vec::new())?;
        assert_eq!((ended.text().as_str(), ended.code()), ("shared\n", 4), "{ended:?}");
    }
    master.check()?;
    // With ControlMaster=auto the first connection is the master of others, and outlives what it was made for.
    let socket = scene.sandbox.socket("auto").display().to_string();
    let mut command = scene.farway(&[])?;
    command.args(["ssh", "-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o"]);
    command.arg(format!("ControlPath={socket}")).args(scene.words(&["echo auto"]));
    // ssh gives its stderr to the master that stays.
    command.stderr(std::process::Stdio::null());
    let mut auto = scene.sandbox.start("auto", command)?;
    assert!(auto.finish(DEADLINE)?.success());
    assert!(std::path::Path::new(&socket).exists());
    let mut exit = scene.sandbox.command(programs::need("ssh")?);
    exit.args(["-O", "exit", "-o", &format!("ControlPath={socket}")]).args(scene.words(&[]));
    assert!(to_its_end(exit, Vec::new())?.status.success());
    Ok(())
}

#[test]
fn nothing_need_be_forwarded() -> Test {
    need!("sshd", "ssh", "unshare");
    let no =
        ["AllowStreamLocalForwarding no", "AllowTcpForwarding no", "PermitTTY no", "DisableForwarding yes"];
    let mut scene = Scene::with("ssh_unforwarded", Far::with_farway(), &no)?;
    assert_eq!(scene.run(&["echo still; exit 3"])?.text(), "still\n");
    // The terminal is not ssh's either.
    let mut shell = scene.talk(TERMINAL, &[], &["-t", "stty size; tty"])?;
    shell.expect("30 100")?;
    shell.expect("/dev/pts/")?;
    assert!(shell.finish()?.success());
    scene.expect_nothing_left()
}

#[test]
fn dropbear_on_either_side() -> Test {
    need!("dropbear", "dbclient", "dropbearconvert", "sshd", "ssh", "unshare");
    let sandbox = Sandbox::new("ssh_dropbear")?;
    let server = Server::dropbear(&sandbox, &secluded(Far::with_farway()))?;
    let mut scene = Scene::of(sandbox, server)?;
    let bytes = noise(1 << 20);
    let ended = scene.run_with(&[], &["cat; echo err >&2; exit 4"], bytes.clone())?;
    assert_eq!((ended.code(), ended.errors().as_str()), (4, "err\n"));
    assert!(ended.out == bytes, "{} bytes came back", ended.out.len());
    let sshd = Server::sshd(&scene.sandbox, &secluded(Far::with_farway()), &[])?;
    for server in [&scene.server, &sshd] {
        let mut command = scene.farway(&["--ssh-bin", "dbclient"])?;
        command.arg("ssh").args(server.client().dbclient()).arg("cat; exit 5");
        let ended = to_its_end(command, bytes.clone())?;
        assert_eq!(ended.code(), 5, "{}", ended.errors());
        assert!(ended.out == bytes, "{} bytes came back", ended.out.len());
    }
    drop(sshd);
    scene.expect_nothing_left()
}

#[test]
fn every_login_shell_and_a_banner() -> Test {
    need!("sshd", "ssh", "unshare");
    for shell in LoginShell::ALL {
        need!(shell.program());
        let far = Far { banner: Some("hello from afar"), farway: true, ..Far::with_shell(shell) };
        let mut scene = Scene::with(&format!("ssh_{shell:?}"), far, &[])?;
        let ended = scene.run_with(&[], &["cat; exit 6"], b"input\n".to_vec())?;
        assert_eq!(ended.code(), 6, "{shell:?}: {ended:?}");
        // The banner is the command's too, as the shell that runs it reads its startup file.
        assert_eq!(ended.text().trim_start_matches("hello from afar\n"), "input\n", "{shell:?}: {ended:?}");
        let mut login = scene.talk(TERMINAL, &[], &[])?;
        login.send(b"echo e''cho-of-it; exit 3\n")?;
        login.expect("echo-of-it")?;
        assert_eq!(login.finish()?.code(), Some(3), "{shell:?}: {}", login.text());
        scene.expect_nothing_left()?;
    }
    Ok(())
}
