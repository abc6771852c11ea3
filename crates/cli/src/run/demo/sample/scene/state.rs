//! What the scene is told: figures, what was typed, where the pointer is.
//!
//! Not the scene. Invariant: nothing in here grows without bound.

use std::collections::VecDeque;
use std::time::Duration;

/// Columns of the chart.
pub const HISTORY: usize = 48;
/// Characters of the typed line that are kept.
const LINE: usize = 64;
/// Circles on the water at once.
const RIPPLES: usize = 16;
/// How long a circle lives.
pub const RIPPLE_TIME: Duration = Duration::from_millis(900);
/// Characters of [`State::figures`] at most.
pub const FIGURES: usize = 18;

/// What a key did, for the scene.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Key {
    /// A printable character.
    Letter(char),
    /// The last character goes.
    Backspace,
    /// The line goes.
    Enter,
    /// Something else, by its name.
    Other(&'static str),
}

/// A click's circle.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Ripple {
    /// Where.
    pub x: f32,
    /// Where.
    pub y: f32,
    /// When it began.
    pub at: Duration,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Frames per second, once it is known.
    pub rate: Option<f32>,
    /// From commit to frame callback, once it is known.
    pub latency: Option<Duration>,
    /// The last values for the chart, in milliseconds.
    pub history: VecDeque<f32>,
    /// What was typed.
    pub line: String,
    /// The last key.
    pub key: Option<Key>,
    /// When the last key came; the cursor is seen for a while after it.
    pub typed_at: Duration,
    /// Where the pointer is, if it is over the window.
    pub pointer: Option<(f32, f32)>,
    /// A button is down.
    pub pressed: bool,
    /// Circles of clicks.
    pub ripples: VecDeque<Ripple>,
}

impl State {
    /// A key was pressed.
    pub fn press(&mut self, key: Key, now: Duration) {
        match key {
            Key::Letter(letter) => {
                self.line.push(letter);
                while self.line.chars().count() > LINE {
                    self.line.remove(0);
                }
            }
            Key::Backspace => drop(self.line.pop()),
            Key::Enter => self.line.clear(),
            Key::Other(_) => {}
        }
        self.key = Some(key);
        self.typed_at = now;
    }

    /// A button was pressed where the pointer is.
    pub fn click(&mut self, now: Duration) {
        let Some((x, y)) = self.pointer else { return };
        if self.ripples.len() == RIPPLES {
            self.ripples.pop_front();
        }
        self.ripples.push_back(Ripple { x, y, at: now });
    }

    /// A frame was shown so long after it was committed.
    pub fn shown(&mut self, latency: Duration) {
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(latency.as_secs_f32() * 1e3);
    }

    /// Forgets circles that are over.
    pub fn settle(&mut self, now: Duration) {
        self.ripples.retain(|ripple| now.saturating_sub(ripple.at) < RIPPLE_TIME);
    }

    /// Rate and latency in [`FIGURES`] characters at most.
    pub fn figures(&self) -> String {
        let rate = self.rate.map_or_else(|| "--".into(), |rate| format!("{:.0}", rate.min(9999.0)));
        let latency =
            self.latency.map_or_else(|| "--".into(), |latency| milliseconds(latency.as_secs_f32() * 1e3));
        format!("{rate} fps  {latency} ms")
    }
}

/// Three digits or so.
pub fn milliseconds(value: f32) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{:.0}", value.min(99999.0)) }
}
