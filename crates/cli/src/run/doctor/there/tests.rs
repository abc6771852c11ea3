use super::*;
use crate::run::finding::Level;

fn machine(cpu: &str) -> Machine {
    Machine { system: "Linux".into(), cpu: cpu.into() }
}

/// A folder with a program for one kind of machine, as far as its headers say.
fn places(root: &tempfile::TempDir) -> Places {
    let mut program = b"\x7fELF\x02\x01\x01".to_vec();
    // The header, and one program header that says nothing.
    program.resize(64 + 56, 0);
    (program[16], program[18]) = (2, 183);
    (program[32], program[54], program[56]) = (64, 56, 1);
    std::fs::write(root.path().join("farway-linux-aarch64"), program).unwrap();
    Places { exe: Some(root.path().join("farway")), data_home: None }
}

#[test]
fn machines_without_farway() {
    let root = tempfile::tempdir().unwrap();
    let places = places(&root);
    let level = |cpu: &str, tools: &[&str]| {
        let tools: Vec<String> = tools.iter().map(ToString::to_string).collect();
        Level::of(&nothing(&machine(cpu), &tools, &places))
    };
    assert_eq!(level("aarch64", &["gzip", "cksum"]), Level::Ok);
    assert_eq!(level("aarch64", &["gzip"]), Level::Bad);
    assert_eq!(level("aarch64", &["waypipe"]), Level::Note);
    assert_eq!(level("riscv64", &["cksum"]), Level::Bad);
    assert_eq!(level("riscv64", &["waypipe"]), Level::Note);
}

#[test]
fn failures_have_a_hint() {
    let errors = [
        RunError::Intro(IntroError::Ssh),
        RunError::Intro(IntroError::Silent),
        RunError::Intro(IntroError::RemoteBinMissing { bin: "x".into() }),
        RunError::Refused { name: "h".into(), text: "no".into() },
        RunError::Answer,
        RunError::NoLogin,
    ];
    for error in errors {
        let found = failed(&error);
        assert!(Level::of(&found) == Level::Bad && !found.hint.is_empty(), "{found:?}");
    }
}

#[test]
fn slow_links_are_worth_a_note() {
    assert_eq!(Level::of(&connected(Duration::from_millis(300))), Level::Ok);
    assert_eq!(Level::of(&connected(Duration::from_secs(9))), Level::Note);
    assert_eq!(round_trip(Duration::from_micros(1500)).text, "1.50 ms from here to there and back");
}
