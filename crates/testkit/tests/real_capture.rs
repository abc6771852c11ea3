//! Programs that take pictures of the screen, run through the proxy: pixels flow from the compositor to the program.

use farway_testkit::need;
use farway_testkit::real::{Kind, Pair, RealError, Stage};

fn captured(test: &str, kind: Kind) -> Result<(), RealError> {
    let pair = Pair::from_env()?;
    let mut stage = Stage::new(test, kind, Some(&pair), 0)?;
    stage.play(
        |stage| {
            stage.launch(stage.command("foot", &["-W", "60x12", "sh", "-c", "printf seen; exec cat"])?)?;
            stage.settle("shown")?;
            let (inside, direct) = (stage.display(), stage.screenshot()?);
            let sandbox = stage.sandbox();
            let through = stage.compositor_ref().screenshot_via(sandbox, &inside)?;
            assert_eq!(through.difference(&direct, 0), None, "the captured picture is another");
            Ok(())
        },
        &pair.name(),
    )
}

/// `grim`, by wlr-screencopy.
#[test]
fn grim_sees_the_same() -> Result<(), RealError> {
    need!("sway", "grim", "foot");
    captured("capture-grim", Kind::Sway)
}
