//! Text on its way between the host's clipboards and the compositor's.
//!
//! What it is: a thread, because the host's other programs may take seconds to answer. What it is not: watchful; it
//! looks when it is told to, which is when one of our windows gets the keyboard. Invariant: what we put there ourselves
//! does not come back as news.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use arboard::Clipboard;

use crate::effect::SelectionKind;
use crate::server::Handle;

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// The compositor that has the clients.
    Meet(Handle),
    /// See what the host has.
    Look,
    /// A client has put text on a clipboard.
    Put(SelectionKind, String),
    /// It is over; others still have senders.
    End,
}

/// MIME types under which text is offered to clients.
const TYPES: [&str; 5] = ["text/plain;charset=utf-8", "text/plain", "UTF8_STRING", "TEXT", "STRING"];

/// Starts the thread; `None` if there is no room for one.
pub(super) fn start() -> Option<Sender<Order>> {
    let (send, orders) = channel();
    let thread = std::thread::Builder::new().name("clipboard".into());
    thread.spawn(move || serve(&orders)).ok().map(|_| send)
}

fn serve(orders: &Receiver<Order>) {
    let mut clipboard = match Clipboard::new() {
        Ok(clipboard) => clipboard,
        Err(error) => return tracing::debug!("no clipboard of the host: {error}"),
    };
    let mut known = Known::default();
    let mut compositor = None;
    while let Ok(order) = orders.recv() {
        match order {
            Order::Meet(handle) => compositor = Some(handle),
            Order::Look => {
                for kind in KINDS {
                    let text = get(&mut clipboard, *kind);
                    if let (Some(news), Some(handle)) = (known.news(*kind, text), &compositor) {
                        offer(handle, *kind, news);
                    }
                }
            }
            Order::Put(kind, text) => {
                if known.news(kind, Some(text.clone())).is_some() {
                    if let Err(error) = set(&mut clipboard, kind, text) {
                        tracing::debug!("the host does not take the clipboard: {error}");
                    }
                }
            }
            Order::End => return,
        }
    }
}

/// What is on the host's clipboards as far as known.
#[derive(Debug, Default)]
struct Known {
    clipboard: Option<String>,
    primary: Option<String>,
}

impl Known {
    /// The text, if it was not there before.
    fn news(&mut self, kind: SelectionKind, text: Option<String>) -> Option<String> {
        let known = match kind {
            SelectionKind::Clipboard => &mut self.clipboard,
            SelectionKind::Primary => &mut self.primary,
        };
        let text = text.filter(|it| !it.is_empty() && known.as_ref() != Some(it))?;
        *known = Some(text.clone());
        Some(text)
    }
}

fn offer(handle: &Handle, kind: SelectionKind, text: String) {
    let bytes: Arc<[u8]> = text.into_bytes().into();
    handle.run(move |compositor, _| {
        let content = TYPES.iter().map(|mime| ((*mime).to_owned(), Arc::clone(&bytes)));
        compositor.set_host_selection(kind, content.collect());
    });
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod host {
    use arboard::{Clipboard, Error, GetExtLinux, LinuxClipboardKind, SetExtLinux};

    use super::SelectionKind;

    pub(super) const KINDS: &[SelectionKind] = &[SelectionKind::Clipboard, SelectionKind::Primary];

    fn name(kind: SelectionKind) -> LinuxClipboardKind {
        match kind {
            SelectionKind::Clipboard => LinuxClipboardKind::Clipboard,
            SelectionKind::Primary => LinuxClipboardKind::Primary,
        }
    }

    pub(super) fn get(clipboard: &mut Clipboard, kind: SelectionKind) -> Option<String> {
        clipboard.get().clipboard(name(kind)).text().ok()
    }

    pub(super) fn set(clipboard: &mut Clipboard, kind: SelectionKind, text: String) -> Result<(), Error> {
        clipboard.set().clipboard(name(kind)).text(text)
    }
}

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
mod host {
    use arboard::{Clipboard, Error};

    use super::SelectionKind;

    pub(super) const KINDS: &[SelectionKind] = &[SelectionKind::Clipboard];

    pub(super) fn get(clipboard: &mut Clipboard, kind: SelectionKind) -> Option<String> {
        if kind == SelectionKind::Primary { None } else { clipboard.get_text().ok() }
    }

    pub(super) fn set(clipboard: &mut Clipboard, kind: SelectionKind, text: String) -> Result<(), Error> {
        if kind == SelectionKind::Primary { Ok(()) } else { clipboard.set_text(text) }
    }
}

use host::{KINDS, get, set};

#[cfg(test)]
mod tests;
