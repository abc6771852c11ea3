//! The ssh rig by itself: plain ssh and dbclient against its servers, machines and relays. farway has no part in this.

use farway_testkit::need;
use farway_testkit::real::ssh::{Client, Cut, Far, LoginShell, Relay, Root, Server, Stdio, Talk, Volume};
use farway_testkit::real::{RealError, Sandbox, programs, wait};
use std::ffi::OsStr;
use std::process::Output;
use std::time::{Duration, Instant};

type Test = Result<(), RealError>;

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs `command` there, which is to succeed.
#[track_caller]
fn said(client: &Client, sandbox: &Sandbox, command: &str) -> String {
    let output = client.run(sandbox, command).expect("ssh ends");
    assert!(output.status.success(), "{command}: {output:?}");
    out(&output)
}

/// ssh with a pipe on each end.
fn talk(sandbox: &Sandbox, stdio: Stdio, client: &Client, more: &[&str]) -> Result<Talk, RealError> {
    let words = client.openssh();
    let words: Vec<&OsStr> = words.iter().map(OsStr::new).chain(more.iter().map(OsStr::new)).collect();
    Talk::start(sandbox, stdio, &programs::need("ssh")?, &words, |_| {})
}

#[test]
fn sshd_runs_commands_and_tells_how_they_ended() -> Test {
    need!("sshd", "ssh", "unshare");
    let sandbox = Sandbox::new("ssh_rig_sshd")?;
    let server = Server::sshd(&sandbox, &Far::default(), &[])?;
    let ended = server.client().run(&sandbox, "echo hi; echo $USER >&2; exit 3")?;
    assert_eq!((out(&ended).as_str(), ended.status.code()), ("hi\n", Some(3)));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "test\n");
    let mut named = talk(&sandbox, Stdio::Pipes, server.client(), &["cat; echo $XDG_RUNTIME_DIR"])?;
    named.send(b"through\n")?;
    named.expect("through")?;
    named.close_input();
    assert!(named.finish()?.success());
    named.expect(&server.machine().runtime().display().to_string())?;
    // Without a config file as well.
    let words = server.client().openssh_options();
    let words: Vec<&OsStr> = words.iter().map(OsStr::new).chain(["echo long".as_ref()]).collect();
    let mut long = Talk::start(&sandbox, Stdio::Pipes, &programs::need("ssh")?, &words, |_| {})?;
    assert!(long.finish()?.success());
    assert_eq!(long.text(), "long\n");
    Ok(())
}

#[test]
fn dropbear_serves_ssh_and_dbclient() -> Test {
    need!("dropbear", "dbclient", "dropbearconvert", "ssh", "unshare");
    let sandbox = Sandbox::new("ssh_rig_dropbear")?;
    let server = Server::dropbear(&sandbox, &Far::default())?;
    for ended in [
        server.client().run(&sandbox, "echo hi; exit 4")?,
        server.client().run_dbclient(&sandbox, "echo hi; exit 4")?,
    ] {
        assert_eq!((out(&ended).as_str(), ended.status.code()), ("hi\n", Some(4)), "{ended:?}");
    }
    let sshd = Server::sshd(&sandbox, &Far::default(), &[])?;
    assert_eq!(out(&sshd.client().run_dbclient(&sandbox, "echo crossed")?), "crossed\n");
    Ok(())
}

#[test]
fn every_login_shell_parses_the_command() -> Test {
    need!("sshd", "ssh", "unshare");
    let sandbox = Sandbox::new("ssh_rig_shells")?;
    for shell in LoginShell::ALL {
        need!(shell.program());
        let far = Far { banner: Some("hello from afar"), ..Far::with_shell(shell) };
        let server = Server::sshd(&sandbox, &far, &[])?;
        // What tells the shells apart: a variable's name that only one has, or the lack of one.
        let which = match shell {
            LoginShell::Bash => "echo bash $BASH_VERSION",
            LoginShell::Dash => "echo dash \"$(readlink /proc/$$/exe)\"",
            LoginShell::Fish => "echo fish $FISH_VERSION",
            LoginShell::Tcsh => "echo tcsh $tcsh",
            LoginShell::Zsh => "echo zsh $ZSH_VERSION",
            LoginShell::Busybox => "echo busybox \"$(readlink /proc/$$/exe)\"",
        };
        let text = said(server.client(), &sandbox, which);
        let line = text.strip_prefix("hello from afar\n").unwrap_or_else(|| panic!("{shell:?}: {text}"));
        let line = line.trim().strip_prefix(shell.program()).unwrap_or_else(|| panic!("{shell:?}: {text}"));
        assert!(line.len() > 1, "{shell:?}: {text}");
    }
    Ok(())
}

#[test]
fn a_bare_machine_has_busybox_and_nothing_else() -> Test {
    need!("sshd", "ssh", "unshare", "busybox");
    let sandbox = Sandbox::new("ssh_rig_bare")?;
    let far = Far { root: Root::Busybox { without: vec!["gzip"] }, ..Far::bare() };
    let server = Server::sshd(&sandbox, &far, &[])?;
    let ask = |command: &str| server.client().run(&sandbox, command);
    assert_eq!(
        said(server.client(), &sandbox, "pwd; echo $HOME $SHELL; echo /[a-km-z]*")
            .lines()
            .collect::<Vec<_>>(),
        ["/home", "/home /bin/sh", "/bin /dev /etc /home /proc /run /tmp"]
    );
    for missing in ["farway", "bash", "python3", "waypipe"] {
        assert!(!ask(&format!("command -v {missing}"))?.status.success(), "{missing}");
    }
    assert!(!ask("test -e /bin/gzip")?.status.success());
    said(
        server.client(),
        &sandbox,
        "command -v tar sha256sum && echo x >/tmp/x && echo x >$XDG_RUNTIME_DIR/x",
    );
    assert!(server.machine().runtime().join("x").exists());
    // A program that needs a loader is no program there.
    std::fs::copy(programs::need("true")?, server.machine().runtime().join("dynamic")).expect("a copy");
    let code = if server.machine().has_loader() { 0 } else { 127 };
    assert_eq!(ask("$XDG_RUNTIME_DIR/dynamic")?.status.code(), Some(code));
    Ok(())
}

#[test]
fn farway_is_there_where_it_is_wanted() -> Test {
    need!("sshd", "ssh", "unshare");
    let sandbox = Sandbox::new("ssh_rig_farway")?;
    let with = Server::sshd(&sandbox, &Far::with_farway(), &[])?;
    assert!(said(with.client(), &sandbox, "farway --version").starts_with("farway "));
    let without = Server::sshd(&sandbox, &Far::default(), &[])?;
    assert_eq!(without.client().run(&sandbox, "farway --version")?.status.code(), Some(127));
    Ok(())
}

#[test]
fn volumes_are_what_they_say() -> Test {
    need!("sshd", "ssh", "unshare", "busybox");
    let sandbox = Sandbox::new("ssh_rig_volumes")?;
    let run = "echo '#!/bin/sh' >x && chmod +x x && ./x";
    for root in [Root::Whole, Root::Busybox { without: Vec::new() }] {
        let far = Far { root, home: Volume::Noexec, tmp: Volume::Tiny(64), ..Far::default() };
        let server = Server::sshd(&sandbox, &far, &[])?;
        assert_eq!(server.client().run(&sandbox, run)?.status.code(), Some(126), "{far:?}");
        let full = server.client().run(&sandbox, "head -c 100000 /dev/zero >/tmp/x")?;
        assert!(!full.status.success(), "{far:?}");
        said(server.client(), &sandbox, "cd $XDG_RUNTIME_DIR && echo '#!/bin/sh' >x && chmod +x x && ./x");
    }
    let plain = Server::sshd(&sandbox, &Far::default(), &[])?;
    said(plain.client(), &sandbox, run);
    Ok(())
}

#[test]
fn distance_is_felt_and_a_cut_ends_the_connection() -> Test {
    need!("sshd", "ssh", "unshare");
    let sandbox = Sandbox::new("ssh_rig_relay")?;
    let server = Server::sshd(&sandbox, &Far::default(), &[])?;
    let delay = Duration::from_millis(25);
    let relay = Relay::start(server.port(), delay)?;
    let client = server.client().through(&relay)?;
    let start = Instant::now();
    assert_eq!(said(&client, &sandbox, "echo hi"), "hi\n");
    // Banner, key exchange, service, authentication, channel, command: ssh takes at least five round trips.
    assert!(start.elapsed() >= delay * 10, "{:?}", start.elapsed());
    relay.wait("its bytes are counted", |t| t.connections == 1 && t.up > 1000 && t.down > 1000)?;

    let mut cat = talk(&sandbox, Stdio::Pipes, &client, &["cat"])?;
    cat.send(b"ping\n")?;
    cat.expect("ping")?;
    relay.wait("one connection is open", |t| t.open == 1)?;
    relay.cut(Cut::Reset);
    assert_eq!(cat.finish()?.code(), Some(255));
    assert_eq!(client.run(&sandbox, "true")?.status.code(), Some(255));
    relay.heal();

    // In silence ssh notices by its own questions.
    let alive = ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1"];
    let words: Vec<String> = alive.iter().map(|w| (*w).to_owned()).chain(client.openssh()).collect();
    let words: Vec<&OsStr> = words.iter().map(OsStr::new).chain(["cat".as_ref()]).collect();
    let mut cat = Talk::start(&sandbox, Stdio::Pipes, &programs::need("ssh")?, &words, |_| {})?;
    cat.send(b"ping\n")?;
    cat.expect("ping")?;
    relay.cut(Cut::Swallow);
    assert_eq!(cat.finish()?.code(), Some(255));
    relay.heal();
    assert_eq!(said(&client, &sandbox, "echo again"), "again\n");
    Ok(())
}

#[test]
fn a_user_has_a_terminal() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let sandbox = Sandbox::new("ssh_rig_terminal")?;
    let server = Server::sshd(&sandbox, &Far::default(), &[])?;
    let terminal = Stdio::Terminal { rows: 30, columns: 100 };
    let mut shell = talk(&sandbox, terminal, server.client(), &["-t", "stty size; exec cat"])?;
    shell.expect("30 100")?;
    shell.send(b"typed\n")?;
    shell.expect("typed")?;
    shell.send(&[4])?;
    assert!(shell.finish()?.success());
    // Ctrl-C reaches the program whose terminal it is.
    let sleep = [OsStr::new("infinity")];
    let mut sleep = Talk::start(&sandbox, terminal, &programs::need("sleep")?, &sleep, |_| {})?;
    let pid = sleep.process().pid();
    wait::until("sleep has its terminal", wait::DEADLINE, || {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        Ok((name == "sleep\n").then_some(()))
    })?;
    sleep.resize(10, 20)?;
    sleep.send(&[3])?;
    assert!(!sleep.finish()?.success());
    Ok(())
}

#[test]
fn what_a_session_leaves_behind_is_found_and_swept() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let sandbox = Sandbox::new("ssh_rig_strays")?;
    let server = Server::sshd(&sandbox, &Far::default(), &["AllowTcpForwarding no"])?;
    assert!(server.machine().processes().is_empty(), "{:?}", server.machine().processes());
    let leave = "setsid sleep 987 </dev/null >/dev/null 2>&1 & echo left";
    assert_eq!(said(server.client(), &sandbox, leave), "left\n");
    let left = || server.machine().processes().into_iter().find(|(_, words)| words == "sleep 987");
    let stray = wait::until("the shell is gone", wait::DEADLINE, || Ok(left()))?;
    drop(server);
    assert!(std::path::Path::new(&format!("/proc/{}", stray.0)).exists());
    drop(sandbox);
    wait::until("the stray is gone", wait::DEADLINE, || {
        let state = std::fs::read_to_string(format!("/proc/{}/cmdline", stray.0)).unwrap_or_default();
        Ok(state.is_empty().then_some(()))
    })
}
