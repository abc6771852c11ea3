//! Native windows: one for each toplevel and each popup, on X11 and macOS.
//!
//! What it is: winit's event loop on the main thread, and [`Windows`], the backend that lives with the server and
//! talks to it. What it is not: a part of the compositor, which decides everything but where windows are. Invariants:
//! neither thread waits for the other, but for the copy of a canvas; what one tells the other arrives in order.
//!
//! Left to the host or left out: transparency of windows (a clear pixel shows a plain colour), and keeping the screen
//! lit, for which winit has nothing.

use winit::error::EventLoopError;
use winit::event_loop::{EventLoop, EventLoopBuilder, EventLoopProxy};

use crate::config::OutputConfig;
use crate::server::Handle;

mod app;
mod clipboard;
mod cursor;
mod entry;
mod fit;
mod half;
mod input;
mod keys;
mod native;
mod pointer;
mod present;
mod sheet;
mod units;
mod user;

pub use half::Windows;

/// Whether every session of this system has a screen, so that nothing in the environment has to say so.
pub const ALWAYS_A_SCREEN: bool = cfg!(target_vendor = "apple");

/// How windows are shown.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// [`run`] returns when the last window was closed.
    pub until_empty: bool,
    /// Text is exchanged with the host's clipboard, and on X11 with its primary selection.
    pub clipboard: bool,
    /// Colour where a client's picture is clear or does not reach: `0xffRRGGBB`.
    pub background: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { until_empty: false, clipboard: true, background: 0xff2e_3440 }
    }
}

/// Why there were no windows.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E: std::error::Error + 'static> {
    /// There is no screen, or it went away. On X11, `DISPLAY` does not name a server that answers.
    #[error("there is no screen to open windows on")]
    NoScreen(#[source] EventLoopError),
    /// [`run`] was called before in this process: winit can do that once only.
    #[error("windows were shown before by this process, which is possible only once")]
    Again,
    /// What the caller's own function said.
    #[error(transparent)]
    Start(E),
}

/// Ends [`run`] from anywhere.
#[derive(Clone, Debug)]
pub struct Quit(EventLoopProxy<user::Event>);

impl Quit {
    /// Closes all windows and lets [`run`] return, soon.
    pub fn quit(&self) {
        let _ = self.0.send_event(user::Event::Quit);
    }
}

/// Shows windows until [`Quit::quit`], until the server has ended (which drops the backend), or until the last window
/// was closed if that is asked for. To be called on the main thread: macOS allows no other.
///
/// `start` is called once, when the screen is known. It must start a [`Server`](crate::server::Server) on another
/// thread, with the backend that it is given, [`Show::Windows`](crate::config::Show::Windows) with the output, and
/// `server_frames`. The server is not stopped when this returns.
///
/// # Errors
/// There is no screen, or `start` has failed.
pub fn run<E: std::error::Error + 'static>(
    options: Options,
    start: impl FnOnce(Windows, OutputConfig, Quit) -> Result<Handle, E>,
) -> Result<(), RunError<E>> {
    let event_loop = build().map_err(|error| match error {
        EventLoopError::RecreationAttempt => RunError::Again,
        error => RunError::NoScreen(error),
    })?;
    let proxy = event_loop.create_proxy();
    let mut failure = None;
    let begin = |windows: Windows, output| {
        let quit = Quit(proxy.clone());
        start(windows, output, quit).map_err(|error| failure = Some(error)).ok()
    };
    let clipboard = if options.clipboard { clipboard::start() } else { None };
    let windows = Windows::new(proxy.clone(), clipboard.clone());
    let mut app = app::App::new(options, windows, clipboard, Box::new(begin));
    let ended = event_loop.run_app(&mut app);
    drop(app);
    match failure {
        Some(error) => Err(RunError::Start(error)),
        None => ended.map_err(RunError::NoScreen),
    }
}

fn build() -> Result<EventLoop<user::Event>, EventLoopError> {
    let mut builder: EventLoopBuilder<user::Event> = EventLoop::with_user_event();
    #[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
    {
        // X11 does not mind the thread; without this, winit would panic on all but the first.
        winit::platform::x11::EventLoopBuilderExtX11::with_any_thread(&mut builder, true);
    }
    builder.build()
}
