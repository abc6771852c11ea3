//! `xdg_activation_v1`: a client asks for the focus, with a token of one that had it.
//!
//! Invariant: a token works once, only if the client that it was made for had the user's attention then, and cannot
//! be guessed by who does not know [`Config::seed`](crate::Config).

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::client::Data;
use crate::compositor::Compositor;
use crate::dispatch::{Refusal, Request, Rule};
use crate::effect::{ClientId, WindowChange, WindowId};

#[cfg(test)]
mod tests;

pub(crate) const RULES: &[Rule] = &[
    ("xdg_activation_v1", "get_activation_token", get_token),
    ("xdg_activation_v1", "activate", activate),
    ("xdg_activation_token_v1", "set_serial", set_serial),
    ("xdg_activation_token_v1", "set_app_id", still_open),
    ("xdg_activation_token_v1", "set_surface", set_surface),
    ("xdg_activation_token_v1", "commit", commit),
];

/// `xdg_activation_token_v1.error.already_used`.
const ALREADY_USED: u32 = 0;

/// Tokens that are kept for one client.
const OF_CLIENT: usize = 64;

/// Tokens that are kept. Those of clients that left count too: launchers do not stay.
const ALL: usize = 1024;

/// A token that is still being made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    serial: Option<u32>,
    committed: bool,
}

/// Tokens that were given out, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    list: VecDeque<Token>,
    count: u64,
}

#[derive(Debug)]
struct Token {
    text: String,
    client: ClientId,
    /// Its client had a right to the focus.
    rightful: bool,
}

impl Tokens {
    fn add(&mut self, seed: u64, client: ClientId, rightful: bool) -> String {
        self.count += 1;
        let half = |which: u8| {
            let mut hasher = DefaultHasher::new();
            (seed, self.count, which).hash(&mut hasher);
            hasher.finish()
        };
        let text = format!("{:016x}{:016x}", half(0), half(1));
        let of_client = self.list.iter().filter(|it| it.client == client).count();
        let oldest = self.list.iter().position(|it| of_client >= OF_CLIENT && it.client == client);
        match oldest {
            Some(at) => drop(self.list.remove(at)),
            None if self.list.len() >= ALL => drop(self.list.pop_front()),
            None => {}
        }
        self.list.push_back(Token { text: text.clone(), client, rightful });
        text
    }

    fn take(&mut self, text: &str) -> Option<Token> {
        let at = self.list.iter().position(|it| it.text == text)?;
        self.list.remove(at)
    }
}

fn get_token(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    view.set_data(request.client, request.new_id(0), Data::Wish(Wish::default()));
    Ok(())
}

/// The token that is spoken to; it must not be committed yet.
fn wish<'a>(view: &'a mut Compositor, request: &Request<'_>) -> Result<Option<&'a mut Wish>, Refusal> {
    match view.data_mut(request.target()) {
        Some(Data::Wish(wish)) if wish.committed => {
            Err(request.refuse(ALREADY_USED, "the token was committed already"))
        }
        Some(Data::Wish(wish)) => Ok(Some(wish)),
        _ => Ok(None),
    }
}

fn still_open(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    wish(view, request).map(|_| ())
}

fn set_serial(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let serial = request.uint(0);
    if let Some(wish) = wish(view, request)? {
        wish.serial = Some(serial);
    }
    Ok(())
}

fn set_surface(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    view.surface_arg(request, 0)?;
    still_open(view, request)
}

fn commit(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let Some(wish) = wish(view, request)? else { return Ok(()) };
    wish.committed = true;
    let serial = wish.serial;
    let rightful = view.may_select(request.client, serial.unwrap_or(0));
    let seed = view.config.seed;
    let text = view.tokens.add(seed, request.client, rightful);
    view.event(request.target(), "done", |it| it.str(text.as_bytes()));
    Ok(())
}

fn activate(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let surface = view.surface_arg(request, 1)?;
    let token = view.tokens.take(&request.text(0).unwrap_or_default());
    let Some(window) = view.window_of(surface) else { return Ok(()) };
    if token.is_some_and(|it| it.rightful) {
        let window = view.toplevel_of(window).0;
        view.wish_focus(window);
    }
    Ok(())
}

impl Compositor {
    /// A window wants the focus and has a right to it.
    pub(crate) fn wish_focus(&mut self, window: WindowId) {
        if !self.windows.get(&window).is_some_and(|it| it.mapped) {
            return;
        }
        self.set_minimized(window, false);
        self.tell(window, WindowChange::Activate);
    }
}
