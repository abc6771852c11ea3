//! Small programs with the big toolkits, in Python: fixed content, no animation. Not tests of the toolkits.
//!
//! Invariant: each shows one window of 400 x 300 at once, and a popup after a click on its topmost widget.

use super::programs::PYTHON;
use super::{RealError, Stage};
use std::process::Command;

/// GTK 3: a menu with a grab. Needs `python:Gtk-3.0`.
pub const GTK3: &str = include_str!("scripts/gtk3.py");

/// GTK 4: a popover without a grab. Needs `python:Gtk-4.0`.
pub const GTK4: &str = include_str!("scripts/gtk4.py");

/// GTK 3: a button in the lower right corner with a long menu. Needs `python:Gtk-3.0`.
pub const EDGE: &str = include_str!("scripts/edge.py");

/// Qt 5: a combo box. Needs `python:PyQt5.QtWidgets`.
pub const QT5: &str = include_str!("scripts/qt5.py");

/// The command that runs one of them.
pub fn python(stage: &Stage, script: &str) -> Result<Command, RealError> {
    let mut command = stage.sandbox().command(PYTHON);
    command.args(["-B", "-c", script]);
    Ok(command)
}
