//! Answers what is asked over the control socket, a thread for each who asks.
//!
//! Invariant: whoever asks waits; the compositor never does.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Received, UnixListening};
use farway_sys::pipe::PipeReader;
use farway_view::effect::{CanvasId, SelectionKind, WindowId};
use farway_view::geometry::Size;
use farway_view::input::{Axis, AxisSource, Input};
use farway_view::server::{Ended, Handle};
use farway_view::{Compositor, Descriptor};

use super::wire::{Answer, Request, Window};

/// How long a question may take to arrive, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of a question.
const QUESTION_MAX: u64 = 1 << 20;

/// Bytes of a clipboard that are told.
const CLIPBOARD_MAX: usize = 64 << 20;

/// How often is looked whether anything moves.
const LOOK: Duration = Duration::from_millis(20);

/// Why there is no answer but an error.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error(transparent)]
    Ended(#[from] Ended),
    #[error("not understood ({0})")]
    Json(#[from] serde_json::Error),
    #[error("there is no screen {0}")]
    NoOutput(usize),
    #[error("there is no window {0}")]
    NoWindow(u32),
    #[error("the keyboard has no way to type {0:?}")]
    NoKey(char),
    #[error(transparent)]
    NoName(farway_view::input::UnknownKey),
    #[error("the clipboard has no text")]
    NoText,
    #[error("still {windows} windows, or something moves, after {seconds} s")]
    Restless { windows: usize, seconds: u64 },
    #[error("the picture cannot be made")]
    Picture(#[from] farway_view::raster::PngError),
    #[error("the connection broke")]
    Io(#[from] io::Error),
}

/// Answers all who connect, until the process ends. The socket's file is the home's to remove.
///
/// # Errors
/// No thread can be had.
pub fn listen(mut listener: UnixListening, handle: Handle) -> io::Result<()> {
    listener.keep();
    std::thread::Builder::new().name("control".into()).spawn(move || {
        let mut poll = PollSet::new();
        loop {
            match listener.accept() {
                Ok(Some(socket)) => serve(socket, handle.clone()),
                Ok(None) => {
                    poll.clear();
                    poll.add(listener.as_fd(), Interest::READ);
                    if poll.wait(None).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::debug!("control: {error}");
                    std::thread::sleep(LOOK * 10);
                }
            }
        }
    })?;
    Ok(())
}

/// Answers one who has connected.
fn serve(socket: OwnedFd, handle: Handle) {
    let started = std::thread::Builder::new().name("control".into()).spawn(move || {
        if let Err(error) = talk(UnixStream::from(socket), &handle) {
            tracing::debug!("control: {error}");
        }
    });
    if let Err(error) = started {
        tracing::warn!("cannot answer on the control socket ({error})");
    }
}

fn talk(stream: UnixStream, handle: &Handle) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if (&mut reader).take(QUESTION_MAX).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let answer =
            serde_json::from_str(&line).map_err(ControlError::from).and_then(|it| answer(it, handle));
        let (answer, bytes) =
            answer.unwrap_or_else(|error| (Answer::Error { text: error.to_string() }, Vec::new()));
        let mut text = serde_json::to_vec(&answer).map_err(io::Error::from)?;
        text.push(b'\n');
        text.extend_from_slice(&bytes);
        reader.get_mut().write_all(&text)?;
    }
}

fn answer(request: Request, handle: &Handle) -> Result<(Answer, Vec<u8>), ControlError> {
    match request {
        Request::Screenshot { output } => {
            let canvas = handle.ask(move |view, _| view.canvas(CanvasId::Output(output)).cloned())?;
            let bytes = canvas.ok_or(ControlError::NoOutput(output))?.to_png(false)?;
            return Ok((Answer::Bytes { len: bytes.len() }, bytes));
        }
        Request::Paste => {
            let bytes = paste(handle)?;
            return Ok((Answer::Bytes { len: bytes.len() }, bytes));
        }
        Request::Windows => return Ok((Answer::Windows { windows: windows(handle)? }, Vec::new())),
        Request::Wait { windows, still, timeout } => wait(handle, windows, still, timeout)?,
        Request::Type { text } => {
            let typed = handle.ask(move |view, now| view.type_text(now, &text))?;
            typed.map_err(ControlError::NoKey)?;
        }
        Request::Key { combo } => {
            let pressed =
                handle.ask(move |view, now| view.press_combo(now, &combo.split('+').collect::<Vec<_>>()))?;
            pressed.map_err(ControlError::NoName)?;
        }
        Request::Copy { text } => handle.ask(move |view, _| copy(view, &text))?,
        Request::Close { window } => {
            let found =
                handle.ask(move |view, _| known(view, window).then(|| view.close(WindowId(window))))?;
            found.ok_or(ControlError::NoWindow(window))?;
        }
        Request::Resize { window, width, height } => {
            let size = Size::new(width, height);
            let found = handle
                .ask(move |view, _| known(view, window).then(|| view.resize(WindowId(window), size)))?;
            found.ok_or(ControlError::NoWindow(window))?;
        }
        Request::Drag { from, to } => drag(handle, from, to)?,
        other => handle.ask(move |view, now| point(view, now, &other))?,
    }
    Ok((Answer::Done, Vec::new()))
}

fn known(view: &Compositor, window: u32) -> bool {
    view.window_list().iter().any(|it| it.id == WindowId(window))
}

/// What is done with the pointer.
fn point(view: &mut Compositor, now: u64, request: &Request) {
    let to = |x: f64, y: f64| view_point(x, y);
    match *request {
        Request::Click { x, y, button, count } => {
            view.on_input(now, to(x, y));
            for _ in 0..count {
                view.on_input(now, Input::Button { code: button, pressed: true });
                view.on_input(now, Input::Button { code: button, pressed: false });
            }
        }
        Request::Scroll { down, right } => view.on_input(
            now,
            Input::Axis(Axis {
                source: AxisSource::Wheel,
                horizontal: f64::from(right) * 15.0,
                vertical: f64::from(down) * 15.0,
                notches: (right.saturating_mul(120), down.saturating_mul(120)),
                stop: (false, false),
            }),
        ),
        _ => {}
    }
}

/// Presses, moves and lets go as slowly as a hand: a program must have the time to say that it is dragged.
fn drag(handle: &Handle, from: (f64, f64), to: (f64, f64)) -> Result<(), Ended> {
    let input = |input: Input| {
        std::thread::sleep(LOOK);
        handle.ask(move |view, now| view.on_input(now, input))
    };
    input(view_point(from.0, from.1))?;
    input(Input::Button { code: 0x110, pressed: true })?;
    // Toolkits begin to drag only after some motion.
    for step in 1..=10 {
        let between = |from: f64, to: f64| from + (to - from) * f64::from(step) / 10.0;
        input(view_point(between(from.0, to.0), between(from.1, to.1)))?;
    }
    input(Input::Button { code: 0x110, pressed: false })
}

fn view_point(x: f64, y: f64) -> Input {
    Input::Motion { canvas: CanvasId::Output(0), x, y }
}

fn windows(handle: &Handle) -> Result<Vec<Window>, Ended> {
    let list = handle.ask(|view, _| view.window_list())?;
    let tell = |it: farway_view::inspect::WindowInfo| Window {
        id: it.id.0,
        parent: it.parent.map(|parent| parent.0),
        title: it.title,
        app_id: it.app_id,
        x: it.rect.x,
        y: it.rect.y,
        width: it.rect.width,
        height: it.rect.height,
        focused: it.focused,
    };
    Ok(list.into_iter().map(tell).collect())
}

/// Until there are windows and nothing has been drawn for a while.
fn wait(handle: &Handle, windows: usize, still: u64, timeout: u64) -> Result<(), ControlError> {
    let begin = Instant::now();
    let (mut drawn, mut since) = (0, begin);
    loop {
        let (count, now) = handle.ask(|view, _| (view.window_list().len(), view.drawn()))?;
        if now != drawn || count < windows {
            (drawn, since) = (now, Instant::now());
        }
        if since.elapsed() >= Duration::from_millis(still) {
            return Ok(());
        }
        if begin.elapsed() >= Duration::from_secs(timeout) {
            return Err(ControlError::Restless { windows: count, seconds: timeout });
        }
        std::thread::sleep(LOOK);
    }
}

/// Types of text by which programs find what we put on the clipboard.
const TEXT: [&str; 3] = ["text/plain;charset=utf-8", "text/plain", "UTF8_STRING"];

fn copy(view: &mut Compositor, text: &str) {
    let bytes: Arc<[u8]> = text.as_bytes().into();
    let content = TEXT.iter().map(|mime| ((*mime).to_owned(), Arc::clone(&bytes))).collect();
    view.set_host_selection(SelectionKind::Clipboard, content);
}

fn paste(handle: &Handle) -> Result<Vec<u8>, ControlError> {
    let (read, write) = farway_sys::pipe::pipe()?;
    let found = handle.ask(move |view, _| {
        let types = view.selection_types(SelectionKind::Clipboard);
        let mime = farway_view::backend::host::text_type(&types)?;
        view.fetch(SelectionKind::Clipboard, &mime, Descriptor::Fd(write)).then_some(())
    })?;
    found.ok_or(ControlError::NoText)?;
    read_all(read)
}

/// Reads a pipe to its end, for as long as something comes.
fn read_all(pipe: OwnedFd) -> Result<Vec<u8>, ControlError> {
    let mut pipe = PipeReader::new(pipe)?;
    let (mut all, mut piece, mut poll) = (Vec::new(), [0; 16 << 10], PollSet::new());
    while all.len() <= CLIPBOARD_MAX {
        match pipe.read(&mut piece)? {
            Received::Bytes(count) => all.extend_from_slice(&piece[..count]),
            Received::Closed => return Ok(all),
            Received::Empty => {
                poll.clear();
                poll.add(pipe.as_fd(), Interest::READ);
                if poll.wait(Some(PATIENCE))? == 0 {
                    return Err(io::Error::from(io::ErrorKind::TimedOut).into());
                }
            }
        }
    }
    Err(io::Error::from(io::ErrorKind::FileTooLarge).into())
}
