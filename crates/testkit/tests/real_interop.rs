//! The interop matrix: farway and the foreign programs of three Debian suites on either side, every compression.
//!
//! One picture with text, one change by keys, a menu and a small clipboard: what each pair must be able to do. Pairs
//! without farway are not tested; to see that the harness works, set `FARWAY_BIN` to a foreign program.

use farway_testkit::need;
use farway_testkit::real::process::run;
use farway_testkit::real::programs::{PEERS, present};
use farway_testkit::real::scripts::{GTK3, python};
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Kind, Pair, RealError, Stage, twice_with};

const COMPRESSIONS: [&str; 3] = ["none", "lz4", "zstd"];

fn script(stage: &mut Stage) -> Result<(), RealError> {
    stage.launch(stage.command("foot", &["-W", "60x12", "sh", "-c", "printf interop; exec cat"])?)?;
    stage.settle("shown")?;
    stage.write("typed")?;
    stage.settle("typed")?;
    stage.clear()?;
    stage.launch(python(stage, GTK3)?)?;
    stage.settle("gtk")?;
    stage.point(400, 167)?;
    stage.settle("pointed")?;
    stage.click(400, 167)?;
    stage.settle_after("menu", 1000)?;
    clipboard(stage)
}

/// A few bytes from the application's side to the display's and back.
fn clipboard(stage: &mut Stage) -> Result<(), RealError> {
    let (inside, outside) = (stage.display(), stage.outside().to_owned());
    for (from, to, text) in [(&inside, &outside, "out"), (&outside, &inside, "in")] {
        let mut copy = stage.command("wl-copy", &["--foreground", text])?;
        copy.env("WAYLAND_DISPLAY", from);
        let _copying = stage.sandbox().start("wl-copy", copy)?;
        wait::until("the text is pasted", DEADLINE, || {
            let mut paste = stage.command("wl-paste", &["--no-newline"])?;
            paste.env("WAYLAND_DISPLAY", to);
            Ok((run(paste).unwrap_or_default() == text.as_bytes()).then_some(()))
        })?;
    }
    Ok(())
}

fn matrix(server: &str, client: &str) -> Result<(), RealError> {
    need!("sway", "grim", "foot", "wtype", "wl-copy", "python:Gtk-3.0");
    for side in [server, client].into_iter().filter(|side| PEERS.contains(side)) {
        if !present(&format!("peer:{side}")) {
            return Ok(());
        }
    }
    let pairs = COMPRESSIONS.map(|c| Pair::new(server, client, c));
    let pairs = pairs.into_iter().collect::<Result<Vec<_>, _>>()?;
    twice_with(&format!("interop-{server}-{client}"), Kind::Sway, &pairs, 0, script)
}

#[test]
fn farway_to_farway() -> Result<(), RealError> {
    matrix("farway", "farway")
}

#[test]
fn farway_to_bookworm() -> Result<(), RealError> {
    matrix("farway", "bookworm")
}

#[test]
fn farway_to_trixie() -> Result<(), RealError> {
    matrix("farway", "trixie")
}

#[test]
fn farway_to_forky() -> Result<(), RealError> {
    matrix("farway", "forky")
}

#[test]
fn bookworm_to_farway() -> Result<(), RealError> {
    matrix("bookworm", "farway")
}

#[test]
fn trixie_to_farway() -> Result<(), RealError> {
    matrix("trixie", "farway")
}

#[test]
fn forky_to_farway() -> Result<(), RealError> {
    matrix("forky", "farway")
}

/// The command that a server runs gets its display and gives the server its status.
#[test]
fn a_server_runs_a_command() -> Result<(), RealError> {
    need!("sway", "grim", "wl-copy");
    let pair = Pair::from_env()?;
    let mut stage = Stage::new("server-command", Kind::Sway, Some(&pair), 0)?;
    stage.play(
        |stage| {
            let mut copy = stage.command("wl-copy", &["--foreground", "by command"])?;
            copy.env("WAYLAND_DISPLAY", stage.outside());
            let _copying = stage.sandbox().start("wl-copy", copy)?;
            let pasted = stage.sandbox().path().join("pasted");
            // Until the copy is offered, nothing can be pasted.
            let script = r#"until wl-paste --no-newline >"$0"; do sleep 0.02; done; exit 7"#;
            let target = pasted.to_string_lossy().into_owned();
            let mut server = stage.run_in_server("sh", &["-c", script, &target])?;
            assert_eq!(server.finish(DEADLINE)?.code(), Some(7), "the command's status");
            assert_eq!(std::fs::read(&pasted).unwrap_or_default(), b"by command");
            Ok(())
        },
        &pair.name(),
    )
}
