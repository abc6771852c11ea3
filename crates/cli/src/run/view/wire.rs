//! What is said over a compositor's control socket: one line of JSON each way; pictures follow as bytes.

use serde::{Deserialize, Serialize};

/// Something to do or to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// The picture of a screen as PNG.
    Screenshot {
        /// Which one.
        output: usize,
    },
    /// Types a text.
    Type {
        /// The text.
        text: String,
    },
    /// Presses keys together.
    Key {
        /// Their names, with plus signs.
        combo: String,
    },
    /// Moves the pointer, and clicks so often.
    Click {
        /// Logical pixels.
        x: f64,
        /// Logical pixels.
        y: f64,
        /// Code of evdev.
        button: u32,
        /// How often; not at all only moves.
        count: u8,
    },
    /// Presses here and lets go there.
    Drag {
        /// Logical pixels.
        from: (f64, f64),
        /// Logical pixels.
        to: (f64, f64),
    },
    /// Turns the wheel.
    Scroll {
        /// Notches down.
        down: i32,
        /// Notches to the right.
        right: i32,
    },
    /// Lists the windows.
    Windows,
    /// Asks a window to close.
    Close {
        /// Its number.
        window: u32,
    },
    /// Asks a window for a size.
    Resize {
        /// Its number.
        window: u32,
        /// Logical pixels.
        width: i32,
        /// Logical pixels.
        height: i32,
    },
    /// Waits.
    Wait {
        /// For so many windows.
        windows: usize,
        /// For so many milliseconds without a change.
        still: u64,
        /// At most so many seconds.
        timeout: u64,
    },
    /// Tells the text on the clipboard.
    Paste,
    /// Puts a text on the clipboard.
    Copy {
        /// The text.
        text: String,
    },
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Answer {
    /// It was done.
    Done,
    /// It was not.
    Error {
        /// Why.
        text: String,
    },
    /// So many bytes follow the line.
    Bytes {
        /// How many.
        len: usize,
    },
    /// The windows.
    Windows {
        /// All that are mapped, the lowest first.
        windows: Vec<Window>,
    },
}

/// A window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its number.
    pub id: u32,
    /// Number of the window that it stands on, for popups.
    pub parent: Option<u32>,
    /// Its title.
    pub title: String,
    /// Name of its desktop entry.
    pub app_id: String,
    /// Left upper corner, in logical pixels of all outputs.
    pub x: i32,
    /// Left upper corner.
    pub y: i32,
    /// Logical pixels.
    pub width: i32,
    /// Logical pixels.
    pub height: i32,
    /// It has the keyboard.
    pub focused: bool,
}
