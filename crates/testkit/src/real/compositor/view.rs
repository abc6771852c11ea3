//! farway's own compositor, headless: asked through its control socket, as its users' scripts do.
//!
//! Invariant: one question, one answer; a refusal is an error with the compositor's own words.

use super::super::error::Doing;
use super::super::{Image, RealError, Sandbox, programs};
use super::SCREEN;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Longer than any answer takes, but that to `wait`.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command that starts it in `dir`, with further options.
pub fn command(sandbox: &Sandbox, dir: &Path, options: &[&str]) -> Result<Command, RealError> {
    let mut command = sandbox.command(programs::farway()?);
    let (width, height) = SCREEN;
    command.args(["view", "--headless", "--size", &format!("{width}x{height}"), "--display"]);
    command.arg(dir.join("wayland-view")).args(options);
    Ok(command)
}

/// Asks one question; the answer, and the bytes that follow it.
pub fn ask(display: &Path, question: &Value) -> Result<(Value, Vec<u8>), RealError> {
    let mut path = display.as_os_str().to_owned();
    path.push(".control");
    let path = PathBuf::from(path);
    let stream = UnixStream::connect(&path).doing(format!("connect to {}", path.display()))?;
    stream.set_read_timeout(Some(PATIENCE)).doing("set a timeout")?;
    let mut reader = BufReader::new(stream);
    reader.get_mut().write_all(format!("{question}\n").as_bytes()).doing("ask the compositor")?;
    let mut line = String::new();
    reader.read_line(&mut line).doing("hear the compositor")?;
    let answer: Value =
        serde_json::from_str(&line).map_err(|_| RealError::Answer("the compositor: no JSON"))?;
    if let Some(text) = answer["text"].as_str() {
        return Err(RealError::Refused(format!("{question}: {text}")));
    }
    let mut bytes = vec![0; answer["len"].as_u64().unwrap_or(0) as usize];
    reader.read_exact(&mut bytes).doing("read the compositor's answer")?;
    Ok((answer, bytes))
}

/// What is on the screen.
pub fn screenshot(display: &Path) -> Result<Image, RealError> {
    Image::from_png(&ask(display, &json!({ "do": "screenshot", "output": 0 }))?.1)
}

/// A window as the compositor tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub id: u64,
    /// The window that it stands on.
    pub parent: Option<u64>,
    /// Its title.
    pub title: String,
    /// Left, top, width, height, in logical pixels.
    pub place: (i64, i64, i64, i64),
    /// It has the keyboard.
    pub focused: bool,
}

/// All windows, the lowest first.
pub fn windows(display: &Path) -> Result<Vec<Shown>, RealError> {
    let (answer, _) = ask(display, &json!({ "do": "windows" }))?;
    let list = answer["windows"].as_array().ok_or(RealError::Answer("the compositor: no windows"))?;
    let number = |it: &Value, name: &str| it[name].as_i64().unwrap_or(0);
    let window = |it: &Value| Shown {
        id: it["id"].as_u64().unwrap_or(0),
        parent: it["parent"].as_u64(),
        title: it["title"].as_str().unwrap_or_default().to_owned(),
        place: (number(it, "x"), number(it, "y"), number(it, "width"), number(it, "height")),
        focused: it["focused"].as_bool().unwrap_or(false),
    };
    Ok(list.iter().map(window).collect())
}
