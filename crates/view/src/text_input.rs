//! `zwp_text_input_v3`: text that the host's input method composes, for clients that take text and not keys.
//!
//! Surrounding text and the kind of content are taken and not used: hosts are told of the cursor only. Invariant: at
//! most one text input is enabled, and it is of the client with the keyboard.

use std::collections::BTreeSet;

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::config::Show;
use crate::dispatch::{Refusal, Request, Rule};
use crate::effect::{ClientId, Effect, WindowId};
use crate::geometry::{Point, Rect};
use crate::surface::SurfaceId;

#[cfg(test)]
mod tests;

pub(crate) const RULES: &[Rule] = &[
    ("zwp_text_input_manager_v3", "get_text_input", create),
    ("zwp_text_input_v3", "enable", |view, request| set_enabled(view, request, true)),
    ("zwp_text_input_v3", "disable", |view, request| set_enabled(view, request, false)),
    ("zwp_text_input_v3", "set_cursor_rectangle", set_cursor_rectangle),
    ("zwp_text_input_v3", "commit", commit),
];

/// Bytes of text in one event: what the protocol says, and what old libraries take.
const TEXT: usize = 4000;

/// A text input object.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextInput {
    pending: State,
    current: State,
    /// Commits so far: every answer says how many it knows of.
    commits: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    enabled: bool,
    /// Relative to the surface that has the keyboard.
    cursor: Rect,
}

/// Where text goes.
#[derive(Debug, Default)]
pub(crate) struct TextFocus {
    /// The surface that text inputs have entered.
    surface: Option<SurfaceId>,
    /// The text input that is enabled.
    listener: Option<Target>,
    /// All text inputs.
    list: BTreeSet<Target>,
    /// What the host was told.
    told: Option<(WindowId, Rect)>,
}

fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let target = Target { client: request.client, id: request.new_id(0) };
    view.set_data(request.client, target.id, Data::TextInput(Box::default()));
    view.text_focus.list.insert(target);
    let focused = view.text_focus.surface.and_then(|it| view.surfaces.get(&it)).map(|it| it.target);
    if let Some(surface) = focused.filter(|it| it.client == request.client) {
        view.event(target, "enter", |it| it.object(surface.id));
    }
    Ok(())
}

fn spoken_to(view: &mut Compositor, target: Target) -> Option<&mut TextInput> {
    match view.data_mut(target)? {
        Data::TextInput(input) => Some(input),
        _ => None,
    }
}

fn set_enabled(view: &mut Compositor, request: &mut Request<'_>, enabled: bool) -> Result<(), Refusal> {
    if let Some(input) = spoken_to(view, request.target()) {
        input.pending = State { enabled, ..State::default() };
    }
    Ok(())
}

fn set_cursor_rectangle(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let cursor = crate::surface::rect(request, 0);
    if let Some(input) = spoken_to(view, request.target()) {
        input.pending.cursor = cursor;
    }
    Ok(())
}

fn commit(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let focused = view.text_client() == Some(request.client);
    let taken = view.text_focus.listener.is_some_and(|it| it != request.target());
    let Some(input) = spoken_to(view, request.target()) else { return Ok(()) };
    input.commits = input.commits.wrapping_add(1);
    input.current = input.pending;
    // Whoever has no focus, and whoever comes second, asks in vain.
    input.current.enabled &= focused && !taken;
    let enabled = input.current.enabled;
    if !taken {
        view.text_focus.listener = enabled.then_some(request.target());
    }
    view.settle_text_input();
    Ok(())
}

/// The longest part at the beginning of a text that fits into one event.
fn piece(text: &str) -> &str {
    let end = (0..=TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

impl Compositor {
    fn text_client(&self) -> Option<ClientId> {
        Some(self.surfaces.get(&self.text_focus.surface?)?.client())
    }

    fn text_input(&self, target: Target) -> Option<&TextInput> {
        match self.data(target)? {
            Data::TextInput(input) => Some(input),
            _ => None,
        }
    }

    /// The host's input method has committed text. `false`: nobody takes text, it must be typed.
    pub fn text_commit(&mut self, text: &str) -> bool {
        let Some(target) = self.text_focus.listener else { return false };
        let mut rest = text;
        while !rest.is_empty() {
            let part = piece(rest);
            rest = &rest[part.len()..];
            self.event(target, "commit_string", |it| it.str(part.as_bytes()));
            self.text_done(target);
        }
        true
    }

    /// The host's input method is composing this text, with the cursor at this range of bytes; without one it is
    /// hidden. `false`: nobody takes text.
    pub fn text_preedit(&mut self, text: &str, cursor: Option<(usize, usize)>) -> bool {
        let Some(target) = self.text_focus.listener else { return false };
        let text = piece(text);
        let at = |at: usize| {
            let inside = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            inside.unwrap_or(0) as i32
        };
        let (begin, end) = cursor.map_or((-1, -1), |(begin, end)| (at(begin), at(end)));
        self.event(target, "preedit_string", |it| {
            let it = if text.is_empty() { it.null_str() } else { it.str(text.as_bytes()) };
            it.int(begin).int(end)
        });
        self.text_done(target);
        true
    }

    fn text_done(&mut self, target: Target) {
        let commits = self.text_input(target).map_or(0, |it| it.commits);
        self.event(target, "done", |it| it.uint(commits));
    }

    /// The keyboard has another surface now.
    pub(crate) fn text_focus_changed(&mut self, _old: Option<SurfaceId>, new: Option<SurfaceId>) {
        let old = std::mem::replace(&mut self.text_focus.surface, new);
        if old == new {
            return;
        }
        for (surface, name) in [(old, "leave"), (new, "enter")] {
            let Some(surface) = surface.and_then(|it| self.surfaces.get(&it)) else { continue };
            let Target { client, id } = surface.target;
            // An object that is being destroyed cannot be named any more.
            let there = self.object(surface.target).is_some();
            let of_client = self.text_focus.list.iter().copied().filter(|it| it.client == client);
            for target in of_client.collect::<Vec<_>>() {
                if let Some(input) = spoken_to(self, target) {
                    (input.pending, input.current) = Default::default();
                }
                if there {
                    self.event(target, name, |it| it.object(id));
                }
            }
        }
        self.text_focus.listener = None;
        self.settle_text_input();
    }

    /// A text input is gone.
    pub(crate) fn text_input_gone(&mut self, target: Target) {
        self.text_focus.list.remove(&target);
        if self.text_focus.listener == Some(target) {
            self.text_focus.listener = None;
            self.settle_text_input();
        }
    }

    pub(crate) fn text_forgets_surface(&mut self, id: SurfaceId) {
        if self.text_focus.surface == Some(id) {
            self.text_focus_changed(Some(id), None);
        }
    }

    /// Tells the host where text is wanted, if that changed.
    fn settle_text_input(&mut self) {
        let wanted = self.text_focus.listener.and_then(|target| {
            let cursor = self.text_input(target)?.current.cursor;
            let surface = self.text_focus.surface?;
            Some((self.window_of(surface)?, cursor.moved(self.place_on_canvas(surface)?)))
        });
        if self.text_focus.told != wanted {
            self.text_focus.told = wanted;
            self.effects.push_back(Effect::TextInput(wanted));
        }
    }

    /// Left upper corner of a surface on the canvas of its window.
    fn place_on_canvas(&self, surface: SurfaceId) -> Option<Point> {
        let (mut at, mut id) = (Point::default(), surface);
        while let Some((parent, it)) = self.surfaces.get(&id).and_then(|it| Some((it.parent?, it))) {
            (at, id) = (at.plus(it.position), parent);
        }
        let window = self.window_of(surface)?;
        let at = at.minus(self.windows.get(&window)?.geometry.origin());
        if matches!(self.config.show, Show::Windows(_)) {
            return Some(at);
        }
        let place = self.desk_order().into_iter().find(|it| it.0 == window)?.1;
        let output = self.output_rect_at(place);
        Some(at.plus(place).minus(output.origin()))
    }
}
