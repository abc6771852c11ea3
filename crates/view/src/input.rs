//! What a host's mouse, keyboard and touch screen say, in the words of evdev.
//!
//! Positions are logical pixels of the canvas that is named. Invariant: any sequence of inputs is allowed; what makes
//! no sense (a release without a press) is left out.

use crate::effect::{CanvasId, WindowId};

/// One thing that the user did.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The pointer is here now.
    Motion {
        /// Where the position is measured.
        canvas: CanvasId,
        /// Logical pixels from the left.
        x: f64,
        /// Logical pixels from the top.
        y: f64,
    },
    /// The pointer was moved by this, wherever it is; for games, and while it is locked.
    Relative {
        /// Rightwards, with the host's acceleration.
        dx: f64,
        /// Downwards, with the host's acceleration.
        dy: f64,
    },
    /// The pointer has left all canvases.
    Leave,
    /// A button of the pointer: `BTN_LEFT` is 0x110.
    Button {
        /// Code of evdev.
        code: u32,
        /// Down, or up.
        pressed: bool,
    },
    /// Scrolled.
    Axis(Axis),
    /// A key, by its code of evdev (`KEY_A` is 30). Repeats of the host must be left out.
    Key {
        /// Code of evdev.
        code: u32,
        /// Down, or up.
        pressed: bool,
    },
    /// Text that the host's input method has committed, for the client that listens.
    Commit(String),
    /// Text that the host's input method is still composing, with the cursor's range in bytes.
    Preedit(String, Option<(usize, usize)>),
    /// The host has given the keyboard to this window, or to none of ours.
    Focus(Option<WindowId>),
    /// A finger.
    Touch {
        /// Tells fingers apart.
        id: i32,
        /// What it does.
        phase: Phase,
        /// Where the position is measured.
        canvas: CanvasId,
        /// Logical pixels from the left.
        x: f64,
        /// Logical pixels from the top.
        y: f64,
    },
}

/// What a finger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Touches.
    Down,
    /// Moves.
    Motion,
    /// Leaves.
    Up,
    /// The host has taken all fingers over.
    Cancel,
}

/// What scrolled, as `wl_pointer.axis_source` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisSource {
    /// A wheel with notches.
    Wheel,
    /// Fingers on a touchpad: they say when they stop.
    Finger,
    /// A knob or a button and motion.
    Continuous,
    /// A wheel that is tilted.
    WheelTilt,
}

/// One step of scrolling. Positive values scroll the content up, or left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// What scrolled.
    pub source: AxisSource,
    /// Logical pixels, as from motion of the pointer.
    pub horizontal: f64,
    /// Logical pixels, as from motion of the pointer.
    pub vertical: f64,
    /// 120ths of a notch, for [`AxisSource::Wheel`] and [`AxisSource::WheelTilt`].
    pub notches: (i32, i32),
    /// The fingers have left the touchpad: `(horizontal, vertical)`.
    pub stop: (bool, bool),
}

/// No key has this name, see [`Keymap::by_name`](crate::keymap::Keymap::by_name).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key is called {0:?}")]
pub struct UnknownKey(pub String);
