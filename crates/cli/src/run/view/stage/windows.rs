//! The compositor in native windows: the event loop has the main thread, the body another.
//!
//! Invariant: without a screen, nothing of the body was consumed, so that it can run without windows.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use farway_sys::event::Waker;
use farway_sys::net::UnixListening;
use farway_view::backend::winit::{self, Options, Quit, RunError as WindowError, Windows};
use farway_view::config::{OutputConfig, Show};
use farway_view::server::Handle;

use super::{Stage, config, make};
use crate::plan::view::Screen;
use crate::run::RunError;

/// What became of a try to open windows.
pub enum Tried<B> {
    /// The body has run.
    Done(Result<u8, RunError>),
    /// There is no screen, for this reason: everything is given back.
    NoScreen(String, Option<UnixListening>, B),
}

/// Like [`super::with`], in windows.
pub fn with<B>(screen: &Screen, listener: Option<UnixListening>, bell: Waker, body: B) -> Tried<B>
where
    B: FnOnce(&Stage) -> Result<u8, RunError> + Send,
{
    let outcome = Mutex::new(None);
    // Taken when there is a screen.
    let parts = Mutex::new(Some((listener, body)));
    let running = Mutex::new(None::<Stage>);
    let result = std::thread::scope(|scope| {
        let start = |windows: Windows, output: OutputConfig, quit: Quit| -> Result<Handle, RunError> {
            let Some((listener, body)) = lock(&parts).take() else { return Err(RunError::Shape) };
            let config = config(Show::Windows(output), &screen.keyboard, true);
            let (server, stage) = make(config, Box::new(windows), listener, bell.clone())?;
            let handle = stage.handle.clone();
            *lock(&running) = Some(stage.clone());
            std::thread::Builder::new().name("view".into()).spawn_scoped(scope, move || server.run())?;
            let outcome = &outcome;
            std::thread::Builder::new().name("body".into()).spawn_scoped(scope, move || {
                let result = body(&stage);
                *lock(outcome) = Some(result);
                stage.handle.stop();
                quit.quit();
            })?;
            Ok(handle)
        };
        let result = winit::run(Options::default(), start);
        if let Some(stage) = &*lock(&running) {
            // The windows are gone, whoever closed them: the body must not go on without.
            stage.over.store(true, Ordering::SeqCst);
            bell.wake();
        }
        result
    });
    if let Some(result) = lock(&outcome).take() {
        return Tried::Done(result);
    }
    match result {
        Err(WindowError::Start(error)) => Tried::Done(Err(error)),
        Ok(()) => Tried::Done(Err(RunError::Shape)),
        Err(error) => match lock(&parts).take() {
            Some((listener, body)) => Tried::NoScreen(error.to_string(), listener, body),
            None => Tried::Done(Err(RunError::Shape)),
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
