//! Clipboard and primary selection: large contents through the proxy's pipes, both ways, byte for byte.

use farway_testkit::need;
use farway_testkit::real::process::run;
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Kind, Pair, RealError, Stage};
use std::path::Path;

/// Size of what is copied: well above every pipe's and socket's buffer.
const SIZE: usize = 10 << 20;

/// Bytes that no compressor shortens, the same every time: a linear congruential generator.
fn content(seed: u32) -> Vec<u8> {
    let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(seed), next).map(|x| (x >> 24) as u8).take(SIZE).collect()
}

/// Copies on `from` and pastes on `to`.
fn transfer(stage: &mut Stage, from: &Path, to: &Path, primary: bool, seed: u32) -> Result<(), RealError> {
    let bytes = content(seed);
    let kind = format!("application/x-test-{seed}");
    let source = stage.sandbox().path().join(format!("content-{seed}"));
    std::fs::write(&source, &bytes).map_err(|source| RealError::Io { what: "write".into(), source })?;
    let primary: &[&str] = if primary { &["--primary"] } else { &[] };
    let mut copy = stage.command("sh", &["-c", r#"exec wl-copy --foreground "$@" <"$0""#])?;
    copy.arg(&source).args(primary).args(["--type", &kind]).env("WAYLAND_DISPLAY", from);
    let mut copying = stage.sandbox().start("wl-copy", copy)?;
    wait::until("the copy is offered", DEADLINE, || {
        copying.check()?;
        let mut list = stage.command("wl-paste", &["--list-types"])?;
        list.args(primary).env("WAYLAND_DISPLAY", to);
        // It fails as long as nothing is offered.
        let types = run(list).unwrap_or_default();
        Ok(String::from_utf8_lossy(&types).lines().any(|l| l == kind).then_some(()))
    })?;
    let mut paste = stage.command("wl-paste", &["--no-newline", "--type", &kind])?;
    paste.args(primary).env("WAYLAND_DISPLAY", to);
    let pasted = run(paste)?;
    assert_eq!(pasted.len(), bytes.len(), "length of what was pasted");
    assert!(pasted == bytes, "the bytes pasted are others");
    Ok(())
}

fn both_ways(test: &str, primary: bool) -> Result<(), RealError> {
    let pair = Pair::from_env()?;
    let mut stage = Stage::new(test, Kind::Sway, Some(&pair), 0)?;
    stage.play(
        |stage| {
            let (inside, outside) = (stage.display(), stage.outside().to_owned());
            transfer(stage, &inside, &outside, primary, 1)?;
            transfer(stage, &outside, &inside, primary, 2)?;
            transfer(stage, &inside, &inside, primary, 3)
        },
        &pair.name(),
    )
}

#[test]
fn clipboard_of_ten_mebibytes() -> Result<(), RealError> {
    need!("sway", "grim", "wl-copy", "wl-paste");
    both_ways("clipboard", false)
}

#[test]
fn primary_selection_of_ten_mebibytes() -> Result<(), RealError> {
    need!("sway", "grim", "wl-copy", "wl-paste");
    both_ways("primary", true)
}
