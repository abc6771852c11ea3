//! What shows windows on this machine: the session's compositor, an inherited connection to one, or our own.
//!
//! Invariant: whatever was made for it is gone when the body returns.

use std::io;
use std::path::Path;
use std::sync::Arc;

use farway_proxy::roles::secctx::{self, Context};
use farway_proxy::transport::{Dial, Once, UnixPath};
use farway_sys::event::Waker;
use farway_sys::process::take_fd;

use super::view::home::Home;
use super::view::{control, stage};
use super::{RunError, dial};
use crate::plan::{Compositor, Secctx};

/// What is inherited must be taken before anything else is opened: its number may otherwise be given away.
#[derive(Debug)]
pub struct Inherited(Option<Arc<dyn Dial>>);

impl Inherited {
    /// Takes it, if that is what the plan says.
    ///
    /// # Errors
    /// [`RunError::Inherited`].
    pub fn take(compositor: &Compositor) -> Result<Self, RunError> {
        let Compositor::Inherited(number) = *compositor else { return Ok(Self(None)) };
        let fd = take_fd(number).map_err(|source| RunError::Inherited { number, source })?;
        Ok(Self(Some(Arc::new(Once::new(fd, "the inherited connection")))))
    }
}

/// Runs `body` with a compositor. It may be run on another thread than this one, which native windows need. `ring` wakes
/// it when our own compositor has ended.
///
/// # Errors
/// There is no compositor, or what `body` says.
pub fn with(
    compositor: &Compositor,
    secctx: Option<&Secctx>,
    inherited: Inherited,
    ring: Waker,
    body: impl FnOnce(&Arc<dyn Dial>) -> Result<u8, RunError> + Send,
) -> Result<u8, RunError> {
    match compositor {
        Compositor::Own(place, screen) => {
            let home = Home::new(place)?;
            let (listener, control) = home.listen_both()?;
            stage::with(screen, Some(listener), ring, move |stage| {
                control::listen(control, stage.handle.clone())?;
                let compositor: Arc<dyn Dial> = Arc::new(stage.clone());
                body(&compositor)
            })
        }
        Compositor::Path(path) => {
            let (compositor, _context) = named(path, secctx)?;
            body(&compositor)
        }
        Compositor::Inherited(number) => match inherited.0 {
            Some(compositor) => body(&compositor),
            None => Err(RunError::Inherited { number: *number, source: io::ErrorKind::NotFound.into() }),
        },
    }
}

/// How connections to the compositor are had, and what must live as long as they.
fn named(path: &Path, secctx: Option<&Secctx>) -> Result<(Arc<dyn Dial>, Option<Context>), RunError> {
    let no = |source| RunError::NoCompositor { path: path.into(), source };
    // To look is enough: a connection that says nothing would only puzzle the compositor.
    if !dial::is_socket(path).map_err(no)? {
        return Err(no(io::Error::from(io::ErrorKind::InvalidInput)));
    }
    let dial = |path: &Path| Arc::new(UnixPath(path.into())) as Arc<dyn Dial>;
    let Some(wanted) = secctx else { return Ok((dial(path), None)) };
    let names = secctx::Names { app_id: &wanted.app_id, instance_id: &wanted.instance_id };
    let context = secctx::create(&*dial(path), &wanted.socket, names).map_err(RunError::Secctx)?;
    Ok((dial(&wanted.socket), Some(context)))
}
