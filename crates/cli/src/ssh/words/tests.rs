use super::*;

fn os(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn parsed(line: &str) -> Line {
    let words: Vec<&str> = line.split_whitespace().collect();
    parse(&os(&words), Program::OpenSsh).expect("a line that can be understood")
}

fn words(line: &str) -> Words {
    match parsed(line) {
        Line::Session(words) => words,
        Line::Passthrough(_) => panic!("{line}: passed through"),
    }
}

fn link(line: &str) -> String {
    words(line).link.join(OsStr::new(" ")).into_string().expect("UTF-8")
}

#[test]
fn the_link_gets_everything_but_the_flags_that_are_ours() {
    for (line, expected) in [
        ("host", "-T host"),
        ("-t host top", "-T host"),
        ("-tt host top", "-T host"),
        ("-XntA host", "-XA -T host"),
        ("-p 22 -l me host ls -l", "-p 22 -l me -T host"),
        ("-p22 host", "-p22 -T host"),
        ("-tp22 host", "-p22 -T host"),
        ("-tvp 22 host", "-vp 22 -T host"),
        ("-4Cfo User=x host", "-4Co User=x -T host"),
        ("-J a,b -F none -i key -P tag host", "-J a,b -F none -i key -P tag -T host"),
        ("-o StdinNull=yes -vo ForkAfterAuthentication=yes host", "-v -T host"),
        ("-v -- host", "-v -T -- host"),
        ("host -vp 22 -t top", "-vp 22 -T host"),
        ("host -v -- -x", "-v -T host"),
        ("--knot host", "--knot -T host"),
        ("-Rtn:x host", "-Rtn:x -T host"),
    ] {
        assert_eq!(link(line), expected, "{line}");
    }
}

#[test]
fn the_command_is_what_ssh_makes_of_the_words() {
    let command = |line: &str| words(line).command.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(command("host"), None);
    assert_eq!(command("host --"), None);
    assert_eq!(command("host ls -l"), Some("ls -l".into()));
    assert_eq!(command("host -- ls -- -l"), Some("ls -- -l".into()));
    assert_eq!(command("-- host -v"), Some("-v".into()));
    assert_eq!(words("host -- ls").rest, os(&["--", "ls"]));
    assert_eq!(words("host -v -- ls").rest, os(&["--", "ls"]));
    let quoted = parse(&os(&["host", "echo", "a  b", ""]), Program::OpenSsh).expect("good");
    let Line::Session(quoted) = quoted else { panic!("passed through") };
    assert_eq!(quoted.command.as_deref(), Some(&b"echo a  b "[..]));
    let Ok(Line::Session(empty)) = parse(&os(&["host", ""]), Program::OpenSsh) else { panic!("bad") };
    assert_eq!(empty.command, None);
}

#[test]
fn what_runs_no_command_is_left_to_ssh() {
    for line in [
        "-N host",
        "-fN host",
        "-NL 1:x:2 host",
        "-W x:1 host",
        "-V",
        "-Q key",
        "-O exit host",
        "-G host",
        "-s host sftp",
        "host -N",
        "-o SessionType=none host",
        "-oSessionType=subsystem host sftp",
    ] {
        let typed: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        assert_eq!(parsed(line), Line::Passthrough(typed), "{line}");
    }
    assert!(matches!(parsed("-L N:W:1 -D 1 host"), Line::Session(_)));
}

#[test]
fn dbclient_has_letters_of_its_own() {
    let parse = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        parse(&os(&words), Program::of(OsStr::new("/usr/bin/dbclient"))).expect("good")
    };
    let Line::Session(words) = parse("-y -K 5 -W 65536 -I 9 -i k me@host/2222 ls") else { panic!("passed") };
    assert_eq!(words.link, os(&["-y", "-K", "5", "-W", "65536", "-I", "9", "-i", "k", "-T", "me@host/2222"]));
    assert!(matches!(parse("-B x:1 host"), Line::Passthrough(_)));
    assert_eq!(Program::of(OsStr::new("ssh")), Program::OpenSsh);
}

#[test]
fn names_are_for_people() {
    for (line, expected) in [
        ("host", "host"),
        ("me@host", "me@host"),
        ("-l you me@host", "you@host"),
        ("-p 2222 -p 1 host", "host:2222"),
        ("-p 22 ::1", "[::1]:22"),
        ("ssh://me@host:24/", "me@host:24"),
        ("-p 22 ssh://me@[::1]:24", "me@[::1]:24"),
        ("-p 22 ssh://me@[::1]", "me@[::1]:22"),
    ] {
        assert_eq!(words(line).name, expected, "{line}");
    }
}

#[test]
fn terminals_are_given_as_ssh_gives_them() {
    for (line, at_terminal, elsewhere) in [
        ("host", true, false),
        ("host ls", false, false),
        ("-t host ls", true, false),
        ("-tt host ls", true, true),
        ("-t -T host", false, false),
        ("-T -t host ls", true, false),
        ("-n host", false, false),
        ("-o RequestTTY=force host ls", true, true),
        ("-orequesttty=no host", false, false),
    ] {
        let words = words(line);
        let wants = (words.wants_terminal(true), words.wants_terminal(false));
        assert_eq!(wants, (at_terminal, elsewhere), "{line}");
    }
    assert!(words("-f host x").background && words("-f host x").no_input);
    assert!(words("-n host x").no_input && !words("-n host x").background);
}

#[test]
fn what_is_missing_is_said() {
    let error = |words: &[&str]| parse(&os(words), Program::OpenSsh).expect_err("not good");
    assert_eq!(error(&[]), WordsError::NoDestination);
    assert_eq!(error(&["-v", "-p", "host"]), WordsError::NoDestination);
    assert_eq!(error(&["--"]), WordsError::NoDestination);
    assert_eq!(error(&["host", "-p"]), WordsError::NoValue('p'));
}

fn lengths(text: &str) -> (usize, usize) {
    let words: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
    let cut = cut(&words, Program::OpenSsh);
    (cut.options.len(), cut.rest.len())
}

#[test]
fn where_the_destination_is() {
    assert_eq!(lengths(""), (0, 0));
    assert_eq!(lengths("host"), (0, 1));
    assert_eq!(lengths("-p 22 host cmd"), (2, 2));
    assert_eq!(lengths("-p22 host"), (1, 1));
    assert_eq!(lengths("-4vp 22 host"), (2, 1));
    assert_eq!(lengths("-4vp22 host"), (1, 1));
    assert_eq!(lengths("-tt -o A=b -oA=b host -p 3"), (4, 3));
    assert_eq!(lengths("-v -- -p x"), (2, 2));
    assert_eq!(lengths("- x"), (0, 2));
    assert_eq!(lengths("-p"), (1, 0));
    // The p is the value of l.
    assert_eq!(lengths("-lp host"), (1, 1));
    assert_eq!(lengths("-Pfoo host"), (1, 1));
}

fn options() -> ClassicOptions {
    ClassicOptions {
        remote_bin: "waypipe".into(),
        route: Route::Forward { server: "/tmp/s".into(), client: "/tmp/c".into() },
        debug: false,
        oneshot: false,
        no_gpu: false,
        threads: 0,
        drm_node: None,
        compress: "lz4".into(),
        video: None,
        display: Some("wayland-x".into()),
        xwls: false,
    }
}

fn line(typed: &str, options: &ClassicOptions) -> String {
    classic(&words(typed), options).join(OsStr::new(" ")).into_string().expect("UTF-8")
}

#[test]
fn the_classic_line_is_waypipes() {
    assert_eq!(
        line("-tp 22 host -- foot -e top", &options()),
        "-R /tmp/s:/tmp/c -tp 22 host -- waypipe --unlink-socket --threads 0 --compress lz4 --socket /tmp/s \
         --display wayland-x server -- foot -e top"
    );
    assert_eq!(
        line("host", &options()),
        "-t -R /tmp/s:/tmp/c host -- waypipe --login-shell --unlink-socket --threads 0 --compress lz4 --socket \
         /tmp/s --display wayland-x server"
    );
    let all = ClassicOptions {
        route: Route::Vsock("s3:99".into()),
        debug: true,
        oneshot: true,
        no_gpu: true,
        threads: 4,
        drm_node: Some("/dev/dri/renderD128".into()),
        video: Some("h264".into()),
        xwls: true,
        ..options()
    };
    assert_eq!(
        line("-v -- host foot", &all),
        "-v -- host waypipe --debug --oneshot --no-gpu --unlink-socket --threads 4 --drm-node \
         /dev/dri/renderD128 --compress lz4 --video=h264 --vsock --socket s3:99 --xwls server foot"
    );
}

proptest::proptest! {
    #[test]
    fn no_line_is_too_strange(words in proptest::collection::vec("[-a-zA-Z@: =]{0,5}", 0..6)) {
        for program in [Program::OpenSsh, Program::Dropbear] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            if let Ok(Line::Session(parsed)) = parse(&words, program) {
                assert_eq!(parsed.link.last(), Some(&parsed.destination));
                let count = parsed.typed.len() + parsed.rest.len();
                assert_eq!(count, words.len());
            }
        }
    }
}
