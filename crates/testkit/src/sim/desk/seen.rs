//! What is on a compositor's screen, and whether it is what another shows.
//!
//! Invariant: only what a client decides is compared; where windows have canvases of their own, who came first is not.

use std::collections::BTreeMap;

use farway_view::Compositor;
use farway_view::config::Show;
use farway_view::effect::{CanvasId, WindowId};
use farway_view::geometry::{Point, Rect};
use farway_view::raster::Canvas;

use crate::sim::problem::Problem;

/// A window.
#[derive(Debug)]
struct Window {
    title: String,
    /// Popups: relative to what they stand on. Others: on the desk.
    rect: Rect,
    canvas: Option<Canvas>,
}

/// See the module.
#[derive(Debug)]
pub struct Seen {
    windows: Vec<Window>,
    outputs: Vec<Canvas>,
}

impl Seen {
    /// What is there of the client whose titles begin with `letter`, behind `prefix`.
    pub fn of(view: &Compositor, letter: char, prefix: &str) -> Self {
        let own_canvas = matches!(view.config().show, Show::Windows(_));
        let mut places: BTreeMap<WindowId, Point> = BTreeMap::new();
        let mut windows = Vec::new();
        for info in view.window_list() {
            let title = info.title.strip_prefix(prefix).unwrap_or(&info.title);
            let on = info.parent.and_then(|parent| places.get(&parent)).copied();
            let origin = match on.filter(|_| info.title.is_empty()) {
                Some(parent) => parent,
                None if title.starts_with(letter) && own_canvas => info.rect.origin(),
                None if title.starts_with(letter) => Point::default(),
                None => continue,
            };
            places.insert(info.id, info.rect.origin());
            let rect = Rect { x: info.rect.x - origin.x, y: info.rect.y - origin.y, ..info.rect };
            let canvas = view.canvas(CanvasId::Window(info.id)).cloned();
            windows.push(Window { title: title.to_owned(), rect, canvas });
        }
        let outputs = (0..).map_while(|at| view.canvas(CanvasId::Output(at)).cloned()).collect();
        Self { windows, outputs }
    }

    /// How many pixels there are.
    pub fn pixels(&self) -> u64 {
        let canvases = self.windows.iter().filter_map(|it| it.canvas.as_ref()).chain(&self.outputs);
        canvases.map(|it| it.pixels().len() as u64).sum()
    }

    /// Nothing but this colour.
    pub fn is_empty(&self, background: u32) -> bool {
        let plain = |it: &Canvas| it.pixels().iter().all(|pixel| *pixel == background);
        self.windows.is_empty() && self.outputs.iter().all(plain)
    }

    /// Compares with what had to be seen at this rest.
    ///
    /// # Errors
    /// It is something else.
    pub fn same(&self, other: &Self, rest: usize) -> Result<(), Problem> {
        let list =
            |it: &Self| format!("{:?}", it.windows.iter().map(|it| (&it.title, it.rect)).collect::<Vec<_>>());
        if list(self) != list(other) {
            return Err(Problem::Windows { rest, got: list(self), expected: list(other) });
        }
        let differ = |what: String, got: &Canvas, expected: &Canvas| match got.diff(expected) {
            0 => Ok(()),
            pixels => Err(Problem::Picture { rest, what, pixels }),
        };
        for (got, expected) in self.windows.iter().zip(&other.windows) {
            if let (Some(a), Some(b)) = (&got.canvas, &expected.canvas) {
                differ(format!("window {:?}", got.title), a, b)?;
            }
        }
        for (at, (got, expected)) in self.outputs.iter().zip(&other.outputs).enumerate() {
            differ(format!("output {at}"), got, expected)?;
        }
        Ok(())
    }
}
