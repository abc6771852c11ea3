//! The rules of the house that a compiler does not check: sizes, floors, where `unsafe` and platform code may be.

use std::fs;
use std::path::{Path, PathBuf};

const MAX_FILE: usize = 600;
const MAX_FUNCTION: usize = 70;

/// The crates that each crate may use; see docs/ARCHITECTURE.md.
const FLOORS: &[(&str, &[&str])] = &[
    ("proto", &[]),
    ("sys", &[]),
    ("proxy", &["proto", "sys"]),
    ("view", &["proto", "sys"]),
    ("cli", &["proto", "proxy", "sys", "view"]),
    ("testkit", &["proto", "proxy", "sys", "view"]),
    ("xtask", &[]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Every source file: path from the root, and text.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut files = Vec::new();
    collect(&root.join("crates"), &mut files);
    assert!(files.len() > 50, "the tree was not found");
    let name = |path: &PathBuf| path.strip_prefix(&root).expect("below the root").display().to_string();
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("UTF-8"))).collect()
}

fn is_test(name: &str) -> bool {
    name.contains("/tests") || name.contains("/benches") || name.contains("/examples")
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn files_stay_small() {
    let long = sources().into_iter().filter_map(|(name, text)| {
        let lines = text.lines().count();
        (lines > MAX_FILE).then(|| format!("{name}: {lines} lines, {MAX_FILE} allowed"))
    });
    report(&long.collect::<Vec<_>>());
}

/// Functions by the layout that rustfmt gives them: from `fn` to the closing brace of the same depth.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let depth = line.len() - code.len();
        let words: Vec<&str> = code.split(&[' ', '(', '<'][..]).collect();
        let Some(position) = words.iter().position(|word| *word == "fn") else { continue };
        let modifiers = ["pub", "crate)", "super)", "const", "unsafe", "extern", "\"C\"", "async", ""];
        if !words[..position].iter().all(|word| modifiers.contains(word)) {
            continue;
        }
        let close = format!("{}}}", " ".repeat(depth));
        let end = lines[at..].iter().position(|line| *line == close || line.ends_with(';')).unwrap_or(0);
        let end = if lines[at].ends_with('}') { 0 } else { end };
        let body = lines[at..].iter().position(|line| *line == close).map_or(end, |body| body);
        if lines[at..=at + end].iter().any(|line| line.ends_with('{')) {
            found.push((format!("{} (line {})", words.get(position + 1).unwrap_or(&"?"), at + 1), body + 1));
        }
    }
    found
}

#[test]
fn functions_stay_short() {
    let mut problems = Vec::new();
    for (name, text) in sources() {
        for (function, lines) in functions(&text) {
            if lines > MAX_FUNCTION {
                problems.push(format!("{name}: {function}: {lines} lines, {MAX_FUNCTION} allowed"));
            }
        }
    }
    report(&problems);
}

#[test]
fn functions_are_found() {
    let text = "impl A {\n    pub(crate) const fn b(\n        c: u8,\n    ) -> u8 {\n        c\n    }\n}\n";
    assert_eq!(functions(text), [("b (line 2)".to_string(), 5)]);
}

#[test]
fn modules_say_what_they_are() {
    let silent = sources().into_iter().filter_map(|(name, text)| {
        let own_tests = name.ends_with("/tests.rs") || name.contains("/tests/");
        let first = text.lines().find(|line| !line.starts_with("#!") && !line.is_empty());
        let says = first.is_some_and(|line| line.starts_with("//!"));
        (!own_tests && !says).then(|| format!("{name}: no //! at the top"))
    });
    report(&silent.collect::<Vec<_>>());
}

#[test]
fn unsafe_code_lives_in_sys() {
    for (name, _) in FLOORS.iter().filter(|(name, _)| *name != "sys") {
        let src = root().join("crates").join(name).join("src");
        let main = [src.join("lib.rs"), src.join("main.rs")].into_iter().find(|path| path.exists());
        let text = fs::read_to_string(main.expect("a crate has a root")).expect("UTF-8");
        assert!(text.contains("#![forbid(unsafe_code)]"), "{name} does not forbid unsafe code");
    }
}

#[test]
fn platform_code_has_one_place() {
    // What windowing systems want differs by itself, and is known where windows are.
    let homes = [
        "crates/sys/src/platform",
        "crates/sys/src/testing",
        "crates/view/src/backend/winit",
        "crates/testkit",
    ];
    let elsewhere = sources()
        .into_iter()
        .filter(|(name, _)| !is_test(name) && !homes.iter().any(|home| name.starts_with(home)));
    let problems = elsewhere.filter_map(|(name, text)| {
        let found = ["target_os =", "target_vendor ="];
        let line = text.lines().position(|line| found.iter().any(|word| line.contains(word)))?;
        Some(format!("{name}:{}: platform code outside of {homes:?}", line + 1))
    });
    report(&problems.collect::<Vec<_>>());
}

#[test]
fn floors_are_kept() {
    for (name, allowed) in FLOORS {
        let manifest = root().join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(manifest).expect("a manifest");
        for line in text.lines().filter(|line| line.starts_with("farway-")) {
            let used = line.trim_start_matches("farway-").split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(allowed.contains(&used), "{name} uses {used}, which is not below it");
        }
    }
}

#[test]
fn the_mind_does_not_touch_the_machine() {
    let forbidden = ["std::time", "std::thread", "std::env", "std::fs", "std::net", "HashMap", "HashSet"];
    let mut problems = Vec::new();
    for (name, text) in sources() {
        if !name.starts_with("crates/proto/src") || is_test(&name) {
            continue;
        }
        for word in forbidden.iter().filter(|word| text.contains(*word)) {
            problems.push(format!("{name}: {word}"));
        }
    }
    report(&problems);
}
