//! The built-in sample client: one window with a scrolling text, an animation, and a line to type on.
//!
//! It speaks Wayland itself, over a socket, as any program would; it knows nothing of farway. Invariants: it draws only
//! when the compositor asks for a frame, never into a buffer that the compositor reads, and only what has changed.

pub mod keys;
pub mod letters;
pub mod picture;
mod pool;
pub mod prose;
pub mod scene;
pub mod stats;
mod window;
pub mod wire;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use farway_proto::wayland::WireError;
use farway_sys::event::WakeReceiver;
use farway_sys::mem::RegionError;
use farway_sys::net::RecvError;

pub use stats::{SampleReport, SampleStats};
use window::Window;

/// Why there is no sample window, or none any more.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// Nobody answers at the socket.
    #[error("cannot connect to the compositor at {}", path.display())]
    Connect {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The compositor lacks something without which there is no window.
    #[error("the compositor has no {name}")]
    Missing {
        /// The interface.
        name: &'static str,
    },
    /// The compositor does not answer.
    #[error("the compositor did not answer within {seconds} s")]
    Silent {
        /// How long we waited.
        seconds: u64,
    },
    /// The compositor closed the connection and did not say why.
    #[error("the compositor closed the connection")]
    Gone,
    /// The compositor says that we did something wrong.
    #[error("the compositor reports error {code} of {object}: {text}")]
    Protocol {
        /// Which object.
        object: String,
        /// The number, by the object's interface.
        code: u32,
        /// Its words.
        text: String,
    },
    /// The compositor sent what is no Wayland message.
    #[error("the compositor sent a broken message")]
    Wire(#[from] WireError),
    /// Our tables lack an interface or request that we use.
    #[error("farway's protocol tables have no {name}")]
    Unknown {
        /// Its name.
        name: &'static str,
    },
    /// Receiving failed.
    #[error("cannot read from the compositor")]
    Receive(#[from] RecvError),
    /// The memory for pictures cannot be written to.
    #[error("cannot write to the picture's memory")]
    Memory(#[from] RegionError),
    /// Another call of the system failed.
    #[error("the system refused")]
    Io(#[from] io::Error),
}

/// A connected sample client. See the module.
#[derive(Debug)]
pub struct Sample {
    window: Window,
}

impl Sample {
    /// Connects to the compositor whose socket is at `display`, and asks it for a window. Returns when everything that
    /// is needed was found there.
    ///
    /// # Errors
    /// Nobody is there, or nobody who answers, or something is missing.
    pub fn connect(display: &Path) -> Result<Self, SampleError> {
        Ok(Self { window: Window::open(display, Instant::now())? })
    }

    /// The live figures, for another thread.
    pub fn stats(&self) -> Arc<SampleStats> {
        self.window.stats()
    }

    /// Shows the window until it is closed or `stop` is woken.
    ///
    /// # Errors
    /// The compositor is gone, or does not like us.
    pub fn run(self, stop: &WakeReceiver) -> Result<SampleReport, SampleError> {
        self.window.run(stop)
    }
}

#[cfg(test)]
mod tests;
