//! Scripts for shells, in the shells that are there, and pages of the manual, in the programs that read them.

use std::process::{Command, Stdio};

use crate::support::{Running, Sandbox};

/// A home with names of hosts, and a script of each shell.
fn home() -> Sandbox {
    let home = Sandbox::new();
    std::fs::create_dir(home.path(".ssh")).unwrap();
    std::fs::write(home.path(".ssh/config"), "Host qqalpha qqbeta *.no\n").unwrap();
    std::fs::write(home.path(".ssh/known_hosts"), "qqgamma ssh-rsa A\n").unwrap();
    for shell in ["bash", "fish", "zsh"] {
        let ended = home.run(&["completions", shell]).expect(0);
        std::fs::write(home.path(shell), ended.out).unwrap();
    }
    // The scripts ask the program by its name.
    let program = env!("CARGO_BIN_EXE_farway");
    std::os::unix::fs::symlink(program, home.path("farway")).unwrap();
    home
}

fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok()
}

/// Runs a program of a shell; `None` if there is no such shell.
fn in_shell(home: &Sandbox, shell: &str, args: &[&str]) -> Option<String> {
    if !is_there(shell) {
        return None;
    }
    let mut command = Command::new(shell);
    home.prepare(&mut command);
    let path = format!("{}:{}", home.path("").display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env("HOME", home.path("")).args(args);
    let ended = Running::start(&mut command).end();
    assert_eq!(ended.err, "", "{shell} {args:?}");
    Some(ended.out)
}

/// What is typed, and what is among the answers; nothing means that no host is.
const CASES: [(&str, &[&str]); 10] = [
    ("farway ss", &["ssh"]),
    ("farway ssh qq", &["qqalpha", "qqbeta", "qqgamma"]),
    ("farway -c zstd ssh qqa", &["qqalpha"]),
    ("farway ssh -p 22 qqb", &["qqbeta"]),
    ("farway ssh -J qqb", &["qqbeta"]),
    ("farway ssh -i qqb", &[]),
    ("farway sessions qqalpha qqb", &["qqbeta"]),
    ("farway sessions --js", &["--json"]),
    ("farway kill qqalpha qqb", &[]),
    ("farway --remote-b", &["--remote-bin"]),
];

fn check(shell: &str, mut complete: impl FnMut(&str) -> Option<String>) {
    for (line, wanted) in CASES {
        let Some(answers) = complete(line) else { return };
        let answers: Vec<&str> = answers.split_whitespace().collect();
        for word in wanted {
            assert!(answers.contains(word), "{shell}: {line}: {answers:?}");
        }
        let hosts = answers.iter().filter(|word| word.starts_with("qq")).count();
        let wanted_hosts = wanted.iter().filter(|word| word.starts_with("qq")).count();
        assert_eq!(hosts, wanted_hosts, "{shell}: {line}: {answers:?}");
    }
}

#[test]
fn bash_completes() {
    let home = home();
    let script = r#"
        source ./bash
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<< "$1"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        function=$(complete -p farway | sed 's/.*-F \([^ ]*\).*/\1/')
        $function farway "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        echo "${COMPREPLY[@]}"
    "#;
    check("bash", |line| in_shell(&home, "bash", &["--norc", "-c", script, "bash", line]));
}

#[test]
fn fish_completes() {
    let home = home();
    check("fish", |line| {
        let script = format!("source ./fish; complete -C '{line}' | cut -f1");
        in_shell(&home, "fish", &["--no-config", "-c", &script])
    });
    let script = "source ./fish; complete -C 'farway ssh me@qqa' | cut -f1";
    if let Some(answers) = in_shell(&home, "fish", &["--no-config", "-c", script]) {
        assert_eq!(answers, "me@qqalpha\n");
    }
}

/// zsh completes only at a terminal, so this asks our function alone, with the words that it would get.
#[test]
fn zsh_completes() {
    let home = home();
    let script = r#"
        compadd() { [[ $1 == -a ]] && print -l ${(P)2} || { shift; print -l -- "$@" }; }
        compset() { return 1 }
        _call_program() { shift; eval "$@" }
        compdef() { : }
        _files() { : }
        _normal() { : }
        source ./zsh >/dev/null 2>&1
        _ask() { local -a words; words=(${(z)1}); local CURRENT=$#words PREFIX=$words[-1]; _farway_hosts --json }
        _ask "$1"
    "#;
    let ask = |line: &str| in_shell(&home, "zsh", &["-f", "-c", script, "zsh", line]);
    for (line, hosts) in [
        ("ssh q", true),
        ("ssh -p 22 q", true),
        ("ssh -4 -J q", true),
        ("ssh -i q", false),
        ("ssh qqalpha q", false),
        ("kill -- qqalpha q", false),
        ("sessions -p 22 qqalpha q", true),
        ("sessions --j", false),
    ] {
        let Some(answers) = ask(line) else { return };
        assert_eq!(answers.contains("qqbeta"), hosts, "{line}: {answers}");
        assert_eq!(answers.contains("--json"), line.ends_with("--j"), "{line}: {answers}");
    }
}

#[test]
fn pages_are_written_and_read() {
    let home = Sandbox::new();
    let all = home.run(&["man"]).expect(0).out;
    home.run(&["man", "pages/deep"]).expect(0);
    let pages: Vec<_> =
        std::fs::read_dir(home.path("pages/deep")).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(all.matches(".TH ").count(), pages.len());
    if !is_there("mandoc") {
        return;
    }
    for page in pages {
        let mut command = Command::new("mandoc");
        home.prepare(&mut command);
        Running::start(command.args(["-Tlint", "-Werror"]).arg(&page)).end().expect(0);
    }
}

#[test]
fn pages_that_cannot_be_written() {
    let home = Sandbox::new();
    std::fs::write(home.path("file"), "").unwrap();
    home.run(&["man", "file/x"]).expect(255).says(&["file/x"]);
}
