//! weston, headless, with the pixman renderer and its desktop shell, without panel and animations.
//!
//! Invariant: a new instance places its first window where every other instance does. (It places windows by an
//! unseeded generator: the second window of one instance is elsewhere.)

use super::super::error::Doing;
use super::super::process::run;
use super::super::{Image, RealError, Sandbox, programs};
use super::{SCREEN, command_in, write_settings};
use std::fs;
use std::path::Path;
use std::process::Command;

const INI: &str = "[core]\nidle-time=0\nrequire-input=false\n[shell]\npanel-position=none\n\
                   background-color=0xff203040\nanimation=none\nstartup-animation=none\nclose-animation=none\n\
                   focus-animation=none\nlocking=false\ncursor-size=24\n";

/// The command that starts it in `dir`.
pub fn command(sandbox: &Sandbox, dir: &Path) -> Result<Command, RealError> {
    write_settings(&dir.join("weston.ini"), INI)?;
    let mut command = command_in(sandbox, "weston", dir)?;
    let (width, height) = SCREEN;
    command.arg(format!("--config={}", dir.join("weston.ini").display()));
    // `--debug` lets any program take screenshots.
    command.args(["--debug", "--socket=wayland-1"]).arg(format!("--width={width}"));
    command.arg(format!("--height={height}"));
    if version(sandbox)? < 12 {
        command.args(["--backend=headless-backend.so", "--use-pixman"]);
    } else {
        command.args(["--backend=headless", "--renderer=pixman"]);
    }
    Ok(command)
}

/// The major version.
fn version(sandbox: &Sandbox) -> Result<u32, RealError> {
    let mut command = sandbox.command(programs::need("weston")?);
    command.arg("--version");
    let text = String::from_utf8_lossy(&run(command)?).into_owned();
    let number = text.trim().strip_prefix("weston ").and_then(|v| v.split('.').next());
    number.and_then(|n| n.parse().ok()).ok_or(RealError::Answer("weston --version"))
}

/// A picture through `weston-screenshooter`, which writes one file into its working folder.
pub fn screenshot(sandbox: &Sandbox, display: &Path, shots: &Path) -> Result<Image, RealError> {
    let dir = tempfile::tempdir_in(shots).doing("make a folder for a screenshot")?;
    let mut command = sandbox.command(programs::need("weston-screenshooter")?);
    run({
        command.env("WAYLAND_DISPLAY", display).current_dir(dir.path());
        command
    })?;
    let file = fs::read_dir(dir.path()).doing("list screenshots")?.flatten().next();
    let file = file.ok_or(RealError::Answer("weston-screenshooter: no file"))?.path();
    Image::from_png(&fs::read(&file).doing(format!("read {}", file.display()))?)
}
