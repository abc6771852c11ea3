//! sway, headless, with the pixman renderer. Windows float, without borders, in the middle of the screen.
//!
//! Invariant: the same window ends up at the same place every time.

use super::super::process::run;
use super::super::{Image, RealError, Sandbox, programs};
use super::{SCREEN, command_in, write_settings};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The path of the control socket.
pub fn ipc(dir: &Path) -> PathBuf {
    dir.join("ipc")
}

/// The command that starts it in `dir`.
pub fn command(sandbox: &Sandbox, dir: &Path) -> Result<Command, RealError> {
    let config = dir.join("sway.conf");
    let (width, height) = SCREEN;
    // The background is a plain clear colour: the helper that draws pictures is not needed, nor waited for.
    let text = format!(
        "xwayland disable\noutput * mode {width}x{height}\noutput * bg #203040 solid_color\n\
         default_border none\ndefault_floating_border none\nfocus_follows_mouse no\n\
         focus_on_window_activation none\nfor_window [shell=\"xdg_shell\"] floating enable\n"
    );
    write_settings(&config, &text)?;
    let mut command = command_in(sandbox, "sway", dir)?;
    command.arg("-c").arg(config).env("SWAYSOCK", ipc(dir)).envs([
        ("WLR_BACKENDS", "headless"),
        ("WLR_RENDERER", "pixman"),
        ("WLR_LIBINPUT_NO_DEVICES", "1"),
        ("WLR_HEADLESS_OUTPUTS", "1"),
    ]);
    Ok(command)
}

/// A picture through `grim`.
pub fn screenshot(sandbox: &Sandbox, display: &Path) -> Result<Image, RealError> {
    let mut grim = sandbox.command(programs::need("grim")?);
    grim.env("WAYLAND_DISPLAY", display).args(["-t", "ppm", "-"]);
    Image::from_ppm(&run(grim)?)
}
