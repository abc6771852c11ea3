//! What can be said to `farway bench`.
//!
//! Not the measuring. Invariant: a number by itself means what it means to waypipe's `bench`: megabytes per second.

pub mod link;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use link::Link;

/// Measure farway over emulated links: frames, delays, bytes, CPU; also against any waypipe
#[derive(Clone, Debug, PartialEq, ClapArgs)]
pub struct BenchArgs {
    /// Measure this program too, a waypipe or another farway; again for more
    #[arg(long, value_name = "PATH", value_hint = ValueHint::ExecutablePath)]
    pub against: Vec<PathBuf>,

    /// Measure over this link: wifi, wan, far, local, or a profile such as 80ms,20Mbit; again for more
    #[arg(long, value_name = "LINK")]
    pub link: Vec<Link>,

    /// Measure this; again for more. By default all that says something about the link
    #[arg(long, value_name = "NAME")]
    pub workload: Vec<Task>,

    /// How long a measurement takes
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0, value_parser = seconds)]
    pub seconds: f64,

    /// Refreshes per second of the display
    #[arg(long, value_name = "HZ", default_value_t = 60.0, value_parser = refresh)]
    pub refresh: f64,

    /// Everything as JSON on stdout, at the end
    #[arg(long)]
    pub json: bool,

    /// Measure over a link of so many megabytes per second
    #[arg(value_name = "MBPS", value_parser = megabytes)]
    pub rate: Option<f64>,

    /// Be ssh, over the link that this file describes.
    #[arg(long, value_name = "FILE", hide = true)]
    pub as_ssh: Option<PathBuf>,

    /// What ssh is told.
    #[arg(last = true, hide = true)]
    pub words: Vec<OsString>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// A character for each frame
    Typing,
    /// A blinking cursor
    Cursor,
    /// A page of text that moves up by a line for each frame
    Scroll,
    /// Text that moves in a part of the window, and a line that changes elsewhere
    Pane,
    /// Another photograph for each frame
    Photo,
    /// Frames that cannot be compressed
    Noise,
    /// As scroll, in one half of a window of 3840x2160
    Large,
    /// From the start of a session's first application until its first frame is visible
    Start,
    /// The same for the session's next applications
    Again,
    /// From a key to the answer of its application, beside another that floods the link
    Key,
    /// There and back without content
    Sync,
    /// Memory of 200 applications that do nothing
    Idle,
}

impl Task {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typing => "typing",
            Self::Cursor => "cursor",
            Self::Scroll => "scroll",
            Self::Pane => "pane",
            Self::Photo => "photo",
            Self::Noise => "noise",
            Self::Large => "large",
            Self::Start => "start",
            Self::Again => "again",
            Self::Key => "key",
            Self::Sync => "sync",
            Self::Idle => "idle",
        }
    }
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("a number from {least} to {most}")),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    within(text, 0.1, 3600.0)
}

fn refresh(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1000.0)
}

fn megabytes(text: &str) -> Result<f64, String> {
    within(text, 0.001, 100_000.0)
}
