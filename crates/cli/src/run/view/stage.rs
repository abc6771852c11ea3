//! The compositor's thread, and the native windows where there are any.
//!
//! Invariant: the body runs while the compositor does, and the compositor ends with it.

use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use farway_proxy::transport::Dial;
use farway_sys::event::Waker;
use farway_sys::net::{Socket, UnixListening};
use farway_view::Config;
use farway_view::backend::headless::Headless;
use farway_view::config::Show;
use farway_view::keymap::Keymap;
use farway_view::server::{Handle, Server};

use crate::plan::view::Screen;
use crate::run::RunError;

#[cfg(feature = "window")]
mod windows;

/// A running compositor.
#[derive(Clone, Debug)]
pub struct Stage {
    /// To reach it.
    pub handle: Handle,
    /// How many clients it has; the bell rings when that changes.
    pub clients: Arc<Mutex<usize>>,
    over: Arc<AtomicBool>,
}

impl Stage {
    /// Whether the user has closed everything, or the compositor has ended by itself.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

/// Connections to it within this process.
impl Dial for Stage {
    fn dial(&self) -> io::Result<OwnedFd> {
        let (ours, theirs) = Socket::pair()?;
        self.handle.adopt(theirs.into());
        Ok(ours.into())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("farway's own compositor")
    }
}

/// The configuration for a way of showing. Tokens of one run are not those of another.
fn config(show: Show, keyboard: &str, server_frames: bool) -> Config {
    let seed = crate::random::seed();
    Config { show, keyboard: keyboard.into(), server_frames, seed, ..Config::default() }
}

/// Runs a compositor while `body` runs. `bell` is rung when clients come and go, and when it is over.
///
/// # Errors
/// Those of `body`; no thread or descriptor; a keyboard layout that does not exist.
pub fn with(
    screen: &Screen,
    listener: Option<UnixListening>,
    bell: Waker,
    body: impl FnOnce(&Stage) -> Result<u8, RunError> + Send,
) -> Result<u8, RunError> {
    Keymap::layout(&screen.keyboard).map_err(RunError::Keyboard)?;
    #[cfg(feature = "window")]
    let (listener, body) = match screen.headless {
        true => (listener, body),
        false => match windows::with(screen, listener, bell.clone(), body) {
            windows::Tried::Done(result) => return result,
            windows::Tried::NoScreen(reason, listener, body) => {
                eprintln!("farway: {reason}: drawing into memory, see `farway view screenshot`");
                (listener, body)
            }
        },
    };
    let config = config(Show::Outputs(screen.outputs.clone()), &screen.keyboard, false);
    let (server, stage) = make(config, Box::new(Headless), listener, bell.clone())?;
    let over = Arc::clone(&stage.over);
    let thread = std::thread::Builder::new().name("view".into()).spawn(move || {
        if let Err(error) = server.run() {
            tracing::error!("the compositor has ended: {error}");
        }
        over.store(true, Ordering::SeqCst);
        bell.wake();
    })?;
    let result = body(&stage);
    stage.handle.stop();
    let _ = thread.join();
    result
}

/// A server and the stage to it.
fn make(
    config: Config,
    backend: Box<dyn farway_view::backend::Backend>,
    listener: Option<UnixListening>,
    bell: Waker,
) -> Result<(Server, Stage), RunError> {
    let (mut server, handle) = Server::new(config, backend, listener)?;
    server.ring(bell);
    let clients = server.clients();
    Ok((server, Stage { handle, clients, over: Arc::default() }))
}
