use farway_sys::pack::Compression;

use super::*;

fn try_line(line: &str) -> Result<Args, clap::Error> {
    parse(std::iter::once("farway").chain(line.split_whitespace()).map(OsString::from))
}

fn line(line: &str) -> Args {
    try_line(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn command(text: &str) -> Vec<String> {
    match line(text).mode {
        Mode::Server { command } => command.into_iter().map(|word| word.into_string().unwrap()).collect(),
        other => panic!("{other:?}"),
    }
}

fn refused(text: &str) -> String {
    let error = try_line(text).expect_err(text);
    assert_eq!(error.exit_code(), 2, "{text}");
    error.to_string()
}

#[test]
fn defaults() {
    let args = line("client");
    assert_eq!(args.compress, Choice::Auto);
    assert_eq!(args.threads, 0);
    assert_eq!(args.title_prefix, "");
    assert_eq!(args.socket, None);
    assert!(!(args.debug || args.no_gpu || args.oneshot || args.login_shell));
    assert!(!(args.unlink_socket || args.vsock || args.xwls || args.video.wanted));
}

#[test]
fn short_and_long_spellings_are_the_same() {
    let short = line("-d -n -o -c zstd=7 -s /x client");
    let long = line("--debug --no-gpu --oneshot --compress=zstd=7 --socket /x client");
    let attached = line("-dno -czstd=7 -s/x client");
    for args in [short, long, attached] {
        assert!(args.debug && args.no_gpu && args.oneshot);
        assert_eq!(args.compress, Choice::Always(Compression::Zstd(7)));
        assert_eq!(args.socket.as_deref(), Some("/x".as_ref()));
    }
}

/// What the two programs called waypipe write on the remote command line.
#[test]
fn lines_of_foreign_peers() {
    let args = line(
        "--debug --oneshot --login-shell --no-gpu --unlink-socket --threads 0 --drm-node /dev/dri/renderD128 \
         --compress lz4=-3 --video=h264,bpf=120000.0,swenc,hwdec --vsock --socket s3:7 --display wayland-x server a -b",
    );
    assert!(args.unlink_socket && args.login_shell && args.video.wanted && args.vsock);
    assert_eq!(args.compress, Choice::Always(Compression::Lz4(-3)));
    let args = line(
        "-d -o -c none --login-shell --video=vp9,sw,bpf=3e5 --threads 4 --unlink-socket -s /a --display w server",
    );
    assert_eq!((args.compress, args.threads), (Choice::Always(Compression::None), 4));
    assert_eq!(args.mode, Mode::Server { command: Vec::new() });
    assert!(line("--xwls server").xwls);
}

#[test]
fn everything_after_server_is_the_command() {
    assert_eq!(command("server -- cmd"), ["cmd"]);
    assert_eq!(command("server cmd -x --debug"), ["cmd", "-x", "--debug"]);
    assert_eq!(command("server cmd -- -x"), ["cmd", "--", "-x"]);
    assert_eq!(command("server -- cmd -- -h"), ["cmd", "--", "-h"]);
    assert_eq!(command("server -- -h"), ["-h"]);
    assert_eq!(command("server -h"), ["-h"]);
    assert_eq!(command("server --version"), ["--version"]);
    assert_eq!(command("server -o x"), ["-o", "x"]);
    assert_eq!(command("server client"), ["client"]);
    assert_eq!(command("server ssh host"), ["ssh", "host"]);
    assert_eq!(command("server --"), [""; 0]);
    assert!(!line("server -d").debug);
}

#[test]
fn options_come_before_the_mode() {
    assert!(refused("client --debug").contains("--debug"));
    refused("client x");
}

#[test]
fn the_last_of_an_option_counts() {
    assert_eq!(line("-c none -c zstd client").compress, Choice::Always(Compression::Zstd(0)));
    assert!(line("-d -d client").debug);
}

#[test]
fn video_values() {
    assert!(line("--video client").video.wanted);
    assert!(line("--video=av1 client").video.wanted);
    assert!(!line("--video=none client").video.wanted);
    assert!(!line("--video=hw client").video.wanted);
    assert!(refused("--video=mpeg1 client").contains("mpeg1"));
    refused("--video=bpf=x client");
    refused("--video= client");
}

#[test]
fn other_modes_are_refused_with_what_there_is() {
    assert!(refused("recon").contains("`recon` is not in this version"));
    assert!(refused("sevrer").contains("unknown mode `sevrer`"));
    refused("help");
    refused("");
}

#[test]
fn wrong_values_and_combinations() {
    for text in [
        "-c gzip client",
        "-c lz4=300 client",
        "--threads -1 client",
        "--threads x client",
        "--vsock client",
        "--xwls -o server",
        "--secctx a server",
        "--xwls client",
        "--control x server",
        "--remote-bin x client",
        "--ssh-bin x server",
        "--no-bootstrap view",
        "--remote-socket /x sessions host",
        "--remote-node /x kill host id",
        "--grace 1h client",
        "--grace 1w ssh host",
        "--grace 10 ssh host",
        "--xwls -o ssh host",
        "--vsock ssh host",
        "--vsock -s 7 --remote-socket /x ssh host",
        "--config x --no-config ssh host",
        "--secctx a kill host id",
    ] {
        refused(text);
    }
}

#[test]
fn help_and_version_are_no_failures() {
    for text in ["-h", "--help", "--version", "-V"] {
        let error = try_line(text).expect_err(text);
        assert_eq!(error.exit_code(), 0);
        assert!(!error.use_stderr());
    }
    let version = try_line("--version").unwrap_err().to_string();
    assert!(version.starts_with("farway 0."), "{version}");
    assert!(version.contains("\nfeatures:\n  lz4: true\n  zstd: true\n  dmabuf: false\n  video: false\n"));
}

fn words(text: &str) -> Vec<String> {
    let words = match line(text).mode {
        Mode::Ssh(ssh) => ssh.words,
        Mode::Sessions(hosts) | Mode::Doctor(hosts) => hosts.words,
        Mode::Attach(one) | Mode::Kill(one) => one.words,
        other => panic!("{other:?}"),
    };
    words.into_iter().map(|word| word.into_string().unwrap()).collect()
}

#[test]
fn everything_after_ssh_is_for_ssh() {
    for text in [
        "host",
        "host cmd -x --debug",
        "-p 22 -o A=b user@host",
        "-p22 -4tt host -- cmd",
        "-p 22 -- host",
        "-- host -c -- x",
        "-- -oProxyCommand=x",
        "-h host --help",
        "-V host --version",
        "-J jump,jump host -l x",
        "--odd host",
        "- host",
        "host ssh other",
        "-s host server",
    ] {
        assert_eq!(words(&format!("ssh {text}")).join(" "), text);
        assert_eq!(words(&format!("-d --grace 15m ssh {text}")).join(" "), text);
    }
    assert!(!line("ssh -d host").debug);
    for text in ["ssh", "ssh --", "ssh -p 22", "ssh --help", "ssh -4", "ssh -p"] {
        assert!(refused(text).contains("no destination"), "{text}");
    }
}

#[test]
fn hosts_may_have_options_of_ssh_before_them() {
    assert_eq!(words("sessions -p 22 a b"), ["-p", "22", "a", "b"]);
    for text in ["sessions --json a", "sessions a --json", "sessions -p 2 --json a", "doctor --json -4 a"] {
        let (Mode::Sessions(hosts) | Mode::Doctor(hosts)) = line(text).mode else { panic!() };
        assert!(hosts.json && !hosts.words.contains(&"--json".into()), "{text}");
    }
    assert_eq!(words("sessions -- --json"), ["--", "--json"]);
    assert_eq!(words("doctor"), [""; 0]);
    assert_eq!(words("attach -p 22 host"), ["-p", "22", "host"]);
    assert_eq!(words("attach host id"), ["host", "id"]);
    assert_eq!(words("kill -- host id"), ["--", "host", "id"]);
    for text in ["attach", "attach a b c", "kill a", "kill a b c", "kill -p 2 a", "sessions -4", "doctor a b"]
    {
        refused(text);
    }
    for text in ["sessions --help", "attach -h", "kill --help", "doctor -h"] {
        assert_eq!(try_line(text).expect_err(text).exit_code(), 0);
    }
}

#[test]
fn options_for_other_machines() {
    let args = line(
        "--ssh-bin /s --remote-bin /r --remote-socket /p --remote-node /n --no-bootstrap --grace 90s ssh host",
    );
    assert_eq!(args.far.ssh_bin.as_deref(), Some("/s".as_ref()));
    assert_eq!(args.far.remote_bin.as_deref(), Some("/r".as_ref()));
    assert!(args.far.no_bootstrap);
    assert_eq!(args.far.grace.as_secs(), 90);
    assert_eq!(line("ssh host").far.grace.as_secs(), 86400);
    for text in ["sessions", "attach host", "kill host id", "doctor host"] {
        line(&format!("--ssh-bin /s --remote-bin /r --no-bootstrap {text}"));
    }
}

#[test]
fn what_was_given_is_known() {
    let args = line("-c lz4 --grace 24h --no-config ssh host");
    assert!(["compress", "grace", "no_config"].iter().all(|id| args.given.contains(*id)));
    assert!(["threads", "video", "title_prefix", "debug"].iter().all(|id| !args.given.contains(*id)));
}

#[test]
fn hidden_modes() {
    assert_eq!(line("porter").mode, Mode::Porter { protocol: false });
    assert_eq!(line("porter --protocol").mode, Mode::Porter { protocol: true });
    assert_eq!(line("keeper").mode, Mode::Keeper);
    for text in ["porter x", "porter --protocol x", "keeper x", "complete-hosts x"] {
        refused(text);
    }
    let help = try_line("--help").unwrap_err().to_string();
    assert!(["ssh", "doctor", "completions"].iter().all(|mode| help.contains(mode)));
    assert!(["porter", "keeper", "complete-hosts"].iter().all(|mode| !help.contains(mode)), "{help}");
}

#[test]
fn measuring() {
    let bench = |text: &str| match line(text).mode {
        Mode::Bench(bench) => bench,
        other => panic!("{other:?}"),
    };
    let args =
        bench("bench --against /w --against /x --link wan --link 80ms,1Mbit --workload key --seconds 2");
    assert_eq!(args.against, [PathBuf::from("/w"), "/x".into()]);
    assert_eq!((args.link[0].name.as_str(), args.link.len(), args.seconds), ("wan", 2, 2.0));
    assert_eq!(bench("bench 12.5").rate, Some(12.5));
    let ssh = bench("bench --as-ssh /f -- -t -o A=b host -- x --json");
    assert_eq!((ssh.as_ssh, ssh.words.len(), ssh.json), (Some("/f".into()), 7, false));
    for text in ["bench --link nowhere", "bench --workload none", "bench 0", "bench --seconds x"] {
        refused(text);
    }
    assert!(!try_line("bench --help").unwrap_err().to_string().contains("as-ssh"));
}

#[test]
fn the_description_is_sound() {
    super::command().debug_assert();
}

#[test]
fn screens_that_nothing_is_said_about_are_those_of_clap() {
    let Mode::Client { screen, .. } = line("client").mode else { panic!() };
    assert_eq!(screen, ScreenArgs::default());
}
