use proptest::prelude::*;

use super::*;
use crate::ssh::parcel::{ParcelError, Places};
use crate::ssh::script::STAGE2_LEN;

fn plan() -> IntroPlan {
    IntroPlan { first_flight: b"hello".to_vec(), bootstrap: true, remote_bin: None, version: "1".into() }
}

fn intro() -> Intro {
    Intro::new(plan())
}

fn after(text: &[u8]) -> Vec<Step> {
    intro().on_bytes(text)
}

fn parcel() -> Parcel {
    Parcel::new(b"a program".to_vec())
}

#[test]
fn a_session_begins_behind_any_banner() {
    for banner in ["", "Welcome!\n", "no end of line", "farway", "farway: hm\r\n", "farway<x", "\n\n\0\u{7}é"]
    {
        let bytes = [banner.as_bytes(), MAGIC, b"\x02\0\0\0{}\nfarway:need"].concat();
        let rest = b"\x02\0\0\0{}\nfarway:need".to_vec();
        assert_eq!(after(&bytes), [Step::Ready { rest }], "{banner:?}");
        // However it is cut.
        let mut intro = intro();
        let mut got = Vec::new();
        let ready = bytes.iter().position(|_| match intro.on_bytes(&[bytes[got.len()]]).pop() {
            Some(step) => {
                assert_eq!(step, Step::Ready { rest: Vec::new() });
                true
            }
            None => {
                got.push(0);
                false
            }
        });
        assert_eq!(ready, Some(banner.len() + MAGIC.len() - 1), "{banner:?}");
    }
}

#[test]
fn a_program_is_sent_step_by_step() {
    let mut intro = intro();
    let machine = Machine { system: "Linux".into(), cpu: "x86_64".into() };
    let need = b"motd\n\r\nfarway:need Linux x86_64 gzip sha256sum waypipe\r\n";
    assert_eq!(intro.on_bytes(need), [Step::Choose(machine)]);
    let Step::Send(stage2) = intro.offer(&parcel()) else { panic!("nothing to send") };
    assert_eq!(stage2.len(), STAGE2_LEN);
    assert!(String::from_utf8_lossy(&stage2).contains(&parcel().sha256()));
    let steps = intro.on_bytes(b"farway:send /home/a b/\x1b[m\n");
    let [Step::Upload { bytes, folder }] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(*bytes, parcel().gzip().expect("packed"));
    assert_eq!(folder, "/home/a b/\\u{1b}[m");
    let steps = intro.on_bytes(b"farway:have /x\nfarway<1rest");
    assert_eq!(steps, [Step::Send(b"hello".to_vec()), Step::Ready { rest: b"rest".to_vec() }]);
    assert_eq!(intro.on_bytes(b"farway<1"), []);
}

#[test]
fn the_tool_that_checks_is_one_that_is_there() {
    for (tools, text) in [
        ("shasum cksum", "shasum -a 256"),
        ("openssl", "openssl dgst -sha256"),
        // What coreutils print begins so.
        ("sha512sum cksum", "in *5be8a2655ec10e3f57dfb1f5c67484f0"),
        ("cksum", "\"2039173135 9\""),
    ] {
        let mut intro = intro();
        intro.on_bytes(format!("farway:need Linux x86_64 {tools}\n").as_bytes());
        let Step::Send(stage2) = intro.offer(&parcel()) else { panic!("nothing to send") };
        let stage2 = String::from_utf8_lossy(&stage2).into_owned();
        assert!(stage2.contains(text) && stage2.contains("| cat >"), "{stage2}");
        let [Step::Upload { bytes, .. }] = &intro.on_bytes(b"farway:send /x\n")[..] else { panic!("no") };
        assert_eq!(bytes, parcel().bytes());
    }
    let mut intro = intro();
    intro.on_bytes(b"farway:need Linux x86_64 gzip\n");
    assert_eq!(intro.offer(&parcel()), Step::Failed(IntroError::NoSum));
}

#[test]
fn without_anything_to_send_there_may_be_another_way() {
    let why = || ParcelError::Missing { arch: crate::ssh::parcel::Arch::X86_64, places: Places::default() };
    for (tools, bin) in [("waypipe", Some("waypipe")), ("farway waypipe", Some("farway")), ("gzip", None)] {
        let mut intro = intro();
        intro.on_bytes(format!("farway:need Linux x86_64 {tools}\n").as_bytes());
        let expected = match bin {
            Some(bin) => Step::Fallback(Fallback { bin: bin.into(), why: IntroError::Parcel(why()) }),
            None => Step::Failed(IntroError::Parcel(why())),
        };
        assert_eq!(intro.no_offer(why()), expected);
    }
    let mut forbidden = Intro::new(IntroPlan { bootstrap: false, ..plan() });
    let machine = Machine { system: "Linux".into(), cpu: "x86_64".into() };
    let why = IntroError::NotAllowed { machine, tools: vec!["gzip".into()] };
    assert_eq!(forbidden.on_bytes(b"farway:need Linux x86_64 gzip\n"), [Step::Failed(why)]);
}

#[test]
fn what_goes_wrong_over_there_is_said() {
    let upload = |fail: &str| {
        let mut intro = intro();
        intro.on_bytes(b"farway:need Linux x86_64 cksum\n");
        intro.offer(&parcel());
        let mut steps = intro.on_bytes(format!("{fail}\n").as_bytes());
        match steps.pop() {
            Some(Step::Failed(error)) => error,
            other => panic!("{fail}: {other:?}"),
        }
    };
    let tried = "/a /b".to_string();
    assert_eq!(upload("farway:fail folder /a /b"), IntroError::NoFolder { tried });
    let folder = "/a".to_string();
    assert_eq!(upload("farway:fail damaged /a"), IntroError::Damaged { folder });
    assert!(upload("farway:fail run /a").to_string().contains("Linux x86_64"));
    assert_eq!(upload("farway:fail mood").to_string(), "the far side refused: mood");
    assert!(matches!(upload("farway:have /a"), IntroError::Confused { .. }));
    assert!(matches!(upload("farway<1"), IntroError::Confused { .. }));
    assert_eq!(after(b"hi farway<2"), [Step::Failed(IntroError::Version('2'))]);
    assert_eq!(after(b"farway>1\x10"), [Step::Failed(IntroError::Echo)]);
}

#[test]
fn floods_end() {
    for line in [&b"la la la\n"[..], b"la", b"\n"] {
        let mut intro = intro();
        let mut steps = Vec::new();
        let mut count = 0;
        while steps.is_empty() {
            steps = intro.on_bytes(line);
            count += line.len();
        }
        assert!(matches!(steps[..], [Step::Failed(IntroError::Flood { .. })]), "{steps:?}");
        assert!(count > BANNER_MAX && count <= BANNER_MAX + line.len() + 1, "{count}");
    }
    // What is just allowed.
    let bytes = [vec![b'x'; BANNER_MAX - 8], MAGIC.to_vec()].concat();
    assert_eq!(after(&bytes), [Step::Ready { rest: Vec::new() }]);
}

#[test]
fn the_end_is_explained() {
    let end = |text: &[u8], status| {
        let mut intro = intro();
        intro.on_bytes(text);
        intro.on_closed(status).to_string()
    };
    assert_eq!(end(b"", Some(255)), "ssh could not connect");
    assert_eq!(end(b"", None), "ssh was killed before the session began");
    assert_eq!(
        end(b"hello\nThis account is currently not available.\n", Some(1)),
        "the login shell over there did not run farway's command (exit code 1); it said: This account is \
         currently not available."
    );
    // rbash, git-shell and such complain on stderr, which ssh passes on.
    assert!(end(b"", Some(127)).starts_with("ssh ended with exit code 127 before farway began"));
    assert_eq!(
        end(b"Welcome\n", Some(255)),
        "the connection ended while looking for farway over there (ssh's exit code 255); it said: Welcome"
    );
    assert!(end(b"", Some(0)).starts_with("the far side ended without a word"));
    let echo = crate::ssh::script::stage1(&Default::default()).expect("a text");
    assert!(end(echo.as_bytes(), Some(0)).starts_with("the far side sends farway's words back"));
    assert_eq!(
        end(b"farway:need Linux x86_64\n", Some(255)),
        "the connection ended while choosing a program to send (ssh's exit code 255)"
    );
    let long = end(&[b"\x1b]0;x\x07".to_vec(), vec![b'y'; 1000]].concat(), Some(3));
    assert!(long.len() < 300 && long.ends_with("yyy...") && !long.contains('\x1b'), "{long}");
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces(
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            Just(b"farway:need Linux x86_64 cksum\n".to_vec()),
            Just(b"farway:send /\n".to_vec()),
            Just(b"farway:have /\n".to_vec()),
            Just(b"\nfarway:".to_vec()),
            Just(b"farway<".to_vec()),
        ], 0..12),
        cut in 1usize..9,
    ) {
        let bytes = pieces.concat();
        let run = |cut: usize| {
            let mut intro = intro();
            let mut steps = Vec::new();
            for part in bytes.chunks(cut) {
                for step in intro.on_bytes(part) {
                    if let Step::Choose(_) = step {
                        steps.push(intro.offer(&parcel()));
                    }
                    steps.push(step);
                }
                if intro.phase == Phase::Done {
                    break;
                }
            }
            // How much comes with the magic depends on the pieces.
            if let Some(Step::Ready { rest }) = steps.last_mut() {
                rest.clear();
            }
            let said = intro.on_closed(Some(1)).to_string();
            (steps, said.chars().any(char::is_control))
        };
        let whole = run(cut);
        prop_assert!(!whole.1);
        prop_assert_eq!(run(1).0, whole.0);
    }
}
