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
    assert_eq!(args.compress, Compression::Lz4(0));
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
        assert_eq!(args.compress, Compression::Zstd(7));
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
    assert_eq!(args.compress, Compression::Lz4(-3));
    let args = line(
        "-d -o -c none --login-shell --video=vp9,sw,bpf=3e5 --threads 4 --unlink-socket -s /a --display w server",
    );
    assert_eq!((args.compress, args.threads), (Compression::None, 4));
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
    assert_eq!(line("-c none -c zstd client").compress, Compression::Zstd(0));
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
    assert!(refused("ssh host cmd").contains("`ssh` is not in this version"));
    assert!(refused("bench").contains("`bench` is not in this version"));
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
        "--remote-bin x client",
        "--control x server",
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
