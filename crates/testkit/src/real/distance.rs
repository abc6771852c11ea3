//! Applications that run far away: `farway ssh` over an emulated link, with the stand-in for ssh of `farway bench`.
//!
//! Not the far machine: the application runs on this one, in the same sandbox, so that it draws the same pixels. Invariant:
//! all that the application and the display say to one another goes through the link.

use super::error::Doing;
use super::{RealError, Stage, programs};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// A command for [`Stage::launch`] that runs a program at the other end of a link, such as `120ms,20Mbit`.
pub fn over(stage: &Stage, link: &str, program: &str, args: &[&str]) -> Result<Command, RealError> {
    let sandbox = stage.sandbox();
    let (farway, bin) = (programs::farway()?, sandbox.folder("stand-in")?);
    let (file, script) = (bin.join("link"), bin.join("ssh"));
    std::fs::write(&file, link).doing("describe a link")?;
    let text = format!(
        "#!/bin/sh\nexec '{}' --no-config bench --as-ssh '{}' -- \"$@\"\n",
        farway.display(),
        file.display()
    );
    std::fs::write(&script, text).doing("write a script")?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).doing("write a script")?;
    let program = programs::need(program)?;
    let mut command = sandbox.command(&farway);
    let mut path = std::ffi::OsString::from(&bin);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    command.env("PATH", path).args(["--no-config", "--remote-bin"]).arg(&farway).args(["ssh", "far"]);
    let words =
        [program.to_string_lossy().into_owned()].into_iter().chain(args.iter().map(|it| (*it).to_owned()));
    let words = words.map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    command.arg(words.collect::<Vec<_>>().join(" "));
    Ok(command)
}
