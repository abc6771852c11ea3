use std::ffi::OsString;

use proptest::prelude::*;

use super::*;
use crate::args::parse;

fn args(line: &str) -> Args {
    parse(std::iter::once("farway").chain(line.split_whitespace()).map(OsString::from)).expect(line)
}

fn read_as(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/c.toml"), args("ssh host"))
}

fn applied(text: &str, line: &str, destination: &str) -> Args {
    let mut args = args(line);
    read_as(text).expect(text).apply(&mut args, Some(destination));
    args
}

fn refused(text: &str) -> String {
    let error = read_as(text).expect_err(text);
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    match error.hint() {
        Some(hint) => format!("{text}; {hint}"),
        None => text,
    }
}

fn warned(text: &str) -> Vec<String> {
    read_as(text).expect(text).warnings.iter().map(ToString::to_string).collect()
}

const ALL: &str = r#"
bootstrap = false
compress = "zstd=5"
debug = true
display = "w"
drm-node = "/d"
grace = "15m"
no-gpu = true
remote-bin = "/r"
remote-node = "/n"
remote-socket = "/s"
secctx = "app"
ssh-bin = "/ssh"
threads = 3
title-prefix = "[x] "
video = "vp9,sw"
xwls = true
"#;

#[test]
fn every_key_sets_what_its_option_sets() {
    let mut args = applied(ALL, "ssh host", "host");
    let mut by_options = self::args(
        "-d -n -c zstd=5 --display w --drm-node /d --grace 15m --remote-bin /r --remote-node /n --remote-socket /s \
         --secctx app --ssh-bin /ssh --threads 3 --title-prefix X --video=vp9,sw --xwls --no-bootstrap ssh host",
    );
    by_options.title_prefix = "[x] ".into();
    by_options.given.clear();
    args.given.clear();
    assert_eq!(format!("{args:?}"), format!("{by_options:?}"));
    assert_eq!(warned(ALL), [""; 0]);
}

#[test]
fn the_command_line_wins_even_with_the_default() {
    let line = "-c lz4 --threads 0 --grace 24h --title-prefix= --video=none ssh host";
    let args = applied(ALL, line, "host");
    assert_eq!(args.compress.to_string(), "lz4=0");
    assert_eq!((args.threads, &*args.title_prefix, args.video.wanted), (0, "", false));
    assert_eq!(args.far.grace.as_secs(), 86_400);
    // One shot on the command line is no conflict with X11 in the file.
    assert!(!applied("xwls = true", "-o ssh host", "host").xwls);
}

#[test]
fn the_most_specific_table_wins() {
    let text = r#"
        threads = 1
        [host."login.example.org"]
        threads = 2
        [host."*.example.org"]
        threads = 3
        compress = "none"
        [host."*"]
        threads = 4
        [host."l?gin.*"]
        title-prefix = "l "
        [host."root@*"]
        debug = true
    "#;
    let threads = |name: &str| applied(text, "ssh host", name).threads;
    assert_eq!(threads("login.example.org"), 2);
    assert_eq!(threads("me@login.example.org"), 2);
    assert_eq!(threads("ssh://me@login.example.org:22"), 2);
    assert_eq!(threads("ssh://login.example.org"), 2);
    // Of two patterns the later one.
    assert_eq!(threads("x.example.org"), 4);
    assert_eq!(threads("elsewhere"), 4);
    let args = applied(text, "ssh host", "login.example.org");
    assert_eq!((args.compress.to_string(), &*args.title_prefix, args.debug), ("none".into(), "l ", false));
    assert!(applied(text, "ssh host", "root@x").debug);
    assert_eq!(applied(text, "--threads 9 ssh host", "x").threads, 9);
    let mut args = args;
    read_as(text).unwrap().apply(&mut args, None);
    assert_eq!(args.threads, 1);
}

#[test]
fn later_tables_win_whatever_their_names() {
    let text = "[host.'z*']\nthreads = 1\n[host.'*a']\nthreads = 2";
    assert_eq!(applied(text, "ssh host", "za").threads, 2);
    let text = "[host.'*a']\nthreads = 2\n[host.'z*']\nthreads = 1";
    assert_eq!(applied(text, "ssh host", "za").threads, 1);
    // A table can take back what all have.
    assert!(!applied("no-gpu = true\n[host.a]\nno-gpu = false", "ssh host", "a").no_gpu);
}

#[test]
fn unknown_keys_are_warned_of() {
    assert_eq!(
        warned("compres = 1\ntitle_prefix = 'x'\nno-bootstrap = true\nqqq = 1\n[host.a]\n\nremote_bin = 'x'"),
        [
            "/c.toml:1: unknown key `compres`; did you mean `compress`?",
            "/c.toml:2: unknown key `title_prefix`; did you mean `title-prefix`?",
            "/c.toml:3: unknown key `no-bootstrap`; did you mean `bootstrap`?",
            "/c.toml:4: unknown key `qqq`",
            "/c.toml:7: unknown key `remote_bin`; did you mean `remote-bin`?",
        ]
    );
    assert_eq!(warned("[hosts.a]\nthreads = 1"), ["/c.toml:1: unknown key `hosts`; did you mean `host`?"]);
}

#[test]
fn wrong_values_are_refused_in_any_table() {
    for (text, wanted) in [
        ("compress = 3", &["/c.toml:1: `compress` needs a text in quotes, not integer"][..]),
        ("\ncompress = 'gzip'", &["/c.toml:2: `compress` `gzip`: "]),
        ("no-gpu = 'yes'", &["needs true or false, not string"]),
        ("threads = -1", &["`threads` `-1`: "]),
        ("threads = 1.5", &["a number or a text in quotes, not float"]),
        ("grace = 90", &["`grace` `90`: ", "90s"]),
        ("grace = '90'", &["90s"]),
        ("video = 'mpeg1'", &["mpeg1"]),
        ("remote-bin = ''", &["empty"]),
        ("[host.x]\nthreads = 'many'", &["/c.toml:2: `threads`"]),
        ("host = 3", &["/c.toml:1: ", "[host.\"NAME\"]"]),
        ("[host]\nx = 3", &["/c.toml:2: "]),
        ("[[host]]\nx = 3", &["[host.\"NAME\"]"]),
        ("[host.a.example.org]\nthreads = 1", &["/c.toml:1: ", "quotes"]),
        ("\n\nthreads = ", &["/c.toml:3: "]),
        ("threads = 1\nthreads = 2", &["/c.toml:2: "]),
        ("x = \"", &["/c.toml:1: "]),
    ] {
        let message = refused(text);
        for part in wanted {
            assert!(message.contains(part), "{text}: {message}");
        }
    }
    assert_eq!(applied("grace = 0", "ssh host", "x").far.grace.as_secs(), 0);
}

#[test]
fn which_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let env = |name: &str, path: &Path| Environment::from([(name.into(), path.into())]);
    let threads = |line: &str, env: &Environment| {
        let mut args = args(line);
        load(&args, env).map(|config| {
            config.apply(&mut args, None);
            args.threads
        })
    };
    let at_home = env("HOME", home);
    // Nothing is there.
    assert_eq!(threads("ssh host", &at_home).unwrap(), 0);
    assert_eq!(threads("ssh host", &Environment::new()).unwrap(), 0);
    std::fs::create_dir_all(home.join(".config/farway")).unwrap();
    std::fs::write(home.join(".config/farway/config.toml"), "threads = 7").unwrap();
    for line in ["ssh host", "client", "doctor", "sessions", "attach host", "kill host id"] {
        assert_eq!(threads(line, &at_home).unwrap(), 7, "{line}");
        assert_eq!(threads(line, &env("XDG_CONFIG_HOME", &home.join(".config"))).unwrap(), 7);
        assert_eq!(threads(&format!("--no-config {line}"), &at_home).unwrap(), 0);
    }
    // The far half is told everything on its command line.
    for line in ["server", "porter", "keeper", "view", "demo"] {
        assert_eq!(threads(line, &at_home).unwrap(), 0, "{line}");
    }
    assert_eq!(threads("ssh host", &env("HOME", Path::new("relative"))).unwrap(), 0);
    let other = home.join("other");
    let line = format!("--config {} ssh host", other.display());
    assert!(matches!(threads(&line, &at_home), Err(ConfigError::Read { .. })));
    std::fs::write(&other, "threads = 9").unwrap();
    assert_eq!(threads(&line, &at_home).unwrap(), 9);
    std::fs::write(&other, b"\xff").unwrap();
    assert!(matches!(threads(&line, &at_home), Err(ConfigError::Read { .. })));
    std::fs::write(&other, vec![b'#'; MAX as usize + 1]).unwrap();
    assert!(matches!(threads(&line, &at_home), Err(ConfigError::Read { .. })));
    // A folder cannot be read.
    std::fs::remove_file(home.join(".config/farway/config.toml")).unwrap();
    std::fs::create_dir(home.join(".config/farway/config.toml")).unwrap();
    assert!(matches!(threads("ssh host", &at_home), Err(ConfigError::Read { .. })));
}

#[test]
fn patterns() {
    for (pattern, name, fits) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("*", "", true),
        ("?", "", false),
        ("a*", "abc", true),
        ("*c", "abc", true),
        ("a*c*e", "abcde", true),
        ("a*c*e", "abcdef", false),
        ("*.x.*.y", "a.x.x.b.y", true),
        ("**a", "bba", true),
        ("?\u{e4}?", "x\u{e4}y", true),
        ("*@h", "me@h", true),
        ("h", "me@you@h", true),
        ("h:22", "ssh://h:22", false),
        ("[::1]", "ssh://me@[::1]:22", true),
        ("[::1]", "ssh://[::1]", true),
    ] {
        assert_eq!(pattern::matches(pattern, name), fits, "{pattern} {name}");
    }
    let many = "*a".repeat(200) + "b";
    assert!(!pattern::matches(&many, &"a".repeat(20_000)));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", glue in "[\\[\\]\"'.=\n a-z0-9#{}*-]{0,80}") {
        let _ = read_as(&text);
        if let Ok(config) = read_as(&glue) {
            config.apply(&mut args("ssh host"), Some(&text));
        }
    }
}
