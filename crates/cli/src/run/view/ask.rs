//! Asks a compositor of ours that is running.
//!
//! Invariant: an answer is complete, or there is an error.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use farway_sys::net::connect_unix;

use super::home::control_path;
use super::wire::{Answer, Request, Window};
use crate::args::view::{Ask, Button};
use crate::plan::view::Place;

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is none.
    #[error("no `farway view` is running (looked in {})", .0.display())]
    Nobody(PathBuf),
    /// It is not known which.
    #[error("several `farway view` are running: {0}")]
    Many(String),
    /// It does not answer.
    #[error("the compositor does not answer")]
    Io(#[from] io::Error),
    /// Not what we speak.
    #[error("the compositor's answer is not understood")]
    Json(#[from] serde_json::Error),
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// The picture cannot be written.
    #[error("cannot write {}", .0.display())]
    File(PathBuf, #[source] io::Error),
}

impl AskError {
    /// What the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Nobody(_) => Some("start one with `farway view`"),
            Self::Many(_) => Some("choose one with --display NAME"),
            _ => None,
        }
    }
}

/// Asks, and says the answer. Returns the exit code.
///
/// # Errors
/// See [`AskError`].
pub fn ask(place: &Place, ask: &Ask) -> Result<u8, AskError> {
    let mut stream = BufReader::new(UnixStream::from(find(place)?));
    let mut line = serde_json::to_vec(&request(ask))?;
    line.push(b'\n');
    stream.get_mut().write_all(&line)?;
    let mut answer = String::new();
    stream.read_line(&mut answer)?;
    match serde_json::from_str(&answer)? {
        Answer::Done => {}
        Answer::Error { text } => return Err(AskError::Refused(text)),
        Answer::Windows { windows } => print_windows(&windows, matches!(ask, Ask::Windows { json: true }))?,
        Answer::Bytes { len } => {
            let mut bytes = vec![0; len];
            stream.read_exact(&mut bytes)?;
            match ask {
                Ask::Screenshot { file, .. } if file != Path::new("-") => {
                    fs::write(file, &bytes).map_err(|error| AskError::File(file.clone(), error))?;
                }
                _ => io::stdout().write_all(&bytes)?,
            }
        }
    }
    Ok(0)
}

/// The one that is meant.
fn find(place: &Place) -> Result<std::os::fd::OwnedFd, AskError> {
    let nobody = || AskError::Nobody(place.directory.clone());
    if let Some(name) = &place.name {
        return connect_unix(&control_path(&place.directory, name)).map_err(|_| nobody());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(&place.directory).map_err(|_| nobody())?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".control") {
            // One that was killed leaves its socket behind, and nobody answers there.
            found.extend(connect_unix(&entry.path()).ok().map(|socket| (name.to_owned(), socket)));
        }
    }
    match found.len() {
        0 => Err(nobody()),
        1 => found.pop().map(|it| it.1).ok_or_else(nobody),
        _ => {
            let mut names: Vec<String> = found.into_iter().map(|it| it.0).collect();
            names.sort();
            Err(AskError::Many(names.join(", ")))
        }
    }
}

fn request(ask: &Ask) -> Request {
    match ask {
        Ask::Screenshot { output, .. } => Request::Screenshot { output: *output },
        Ask::Type { text } => Request::Type { text: text.clone() },
        Ask::Key { combo } => Request::Key { combo: combo.clone() },
        Ask::Click { x, y, button, count } => {
            let button = match button {
                Button::Left => 0x110,
                Button::Right => 0x111,
                Button::Middle => 0x112,
            };
            Request::Click { x: *x, y: *y, button, count: *count }
        }
        Ask::Move { x, y } => Request::Click { x: *x, y: *y, button: 0, count: 0 },
        Ask::Drag { x, y, to_x, to_y } => Request::Drag { from: (*x, *y), to: (*to_x, *to_y) },
        Ask::Scroll { notches, right } => Request::Scroll { down: *notches, right: *right },
        Ask::Windows { .. } => Request::Windows,
        Ask::Close { window } => Request::Close { window: *window },
        Ask::Resize { window, size } => {
            Request::Resize { window: *window, width: size.width.into(), height: size.height.into() }
        }
        Ask::Wait { windows, still, timeout } => {
            Request::Wait { windows: *windows, still: *still, timeout: *timeout }
        }
        Ask::Clipboard { text: None } => Request::Paste,
        Ask::Clipboard { text: Some(text) } => Request::Copy { text: text.clone() },
    }
}

fn print_windows(windows: &[Window], json: bool) -> Result<(), AskError> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(windows)?)?;
        return Ok(());
    }
    for it in windows {
        let mark = if it.focused { "*" } else { " " };
        let Window { id, x, y, width, height, app_id, title, .. } = it;
        writeln!(out, "{mark} {id:>4}  {width}x{height}+{x}+{y}  {app_id}  {}", crate::log::escaped(title))?;
    }
    Ok(())
}
