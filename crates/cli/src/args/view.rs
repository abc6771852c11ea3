//! What can be said to `farway view` and `farway demo`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

/// Run a compositor of farway's own, in windows or without any screen
#[derive(Clone, Debug, PartialEq, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "QUESTION",
    subcommand_help_heading = "Questions to one that is running"
)]
pub struct ViewArgs {
    /// How to show windows
    #[command(flatten)]
    pub screen: ScreenArgs,

    /// Name of the compositor's Wayland socket; by default the first free of farway-0, farway-1, …
    #[arg(long, value_name = "NAME", global = true)]
    pub display: Option<OsString>,

    /// Talk to one that is running, instead of starting one
    #[command(subcommand)]
    pub ask: Option<Ask>,

    /// Run this in it, and end when it ends
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// The screens of a compositor.
#[derive(Clone, Debug, PartialEq, ClapArgs)]
pub struct ScreenArgs {
    /// Draw into memory only; see `farway view screenshot`
    #[arg(long)]
    pub headless: bool,

    /// Size of the screen in physical pixels (headless)
    #[arg(long, value_name = "WxH", default_value = "1280x720")]
    pub size: Extent,

    /// Physical pixels for each logical one, such as 1, 1.5 or 2 (headless)
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = scale)]
    pub scale: f64,

    /// Refreshes per second (headless)
    #[arg(long, value_name = "HZ", default_value_t = 60.0, value_parser = refresh)]
    pub refresh: f64,

    /// How many screens (headless)
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub outputs: u8,

    /// Keyboard layout, such as us, de or fr; several with commas
    #[arg(long, value_name = "LAYOUT", default_value = "us")]
    pub keyboard: String,
}

/// As clap has them, for modes where nothing can be said about screens.
impl Default for ScreenArgs {
    fn default() -> Self {
        let size = Extent { width: 1280, height: 720 };
        Self { headless: false, size, scale: 1.0, refresh: 60.0, outputs: 1, keyboard: "us".into() }
    }
}

/// What can be asked of a compositor that is running.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Ask {
    /// Write what is on a screen to a PNG file, or to stdout with -
    Screenshot {
        /// Where to
        file: PathBuf,
        /// Which screen
        #[arg(long, default_value_t = 0)]
        output: usize,
    },
    /// Type a text
    Type {
        /// The text
        text: String,
    },
    /// Press keys together, such as ctrl+shift+t or Return
    Key {
        /// The keys
        combo: String,
    },
    /// Move the pointer here (logical pixels) and click
    Click {
        /// From the left
        x: f64,
        /// From the top
        y: f64,
        /// Which button
        #[arg(long, value_enum, default_value_t = Button::Left)]
        button: Button,
        /// How often
        #[arg(long, default_value_t = 1)]
        count: u8,
    },
    /// Move the pointer (logical pixels)
    Move {
        /// From the left
        x: f64,
        /// From the top
        y: f64,
    },
    /// Drag with the left button from one point to another (logical pixels)
    Drag {
        /// From the left
        x: f64,
        /// From the top
        y: f64,
        /// To, from the left
        to_x: f64,
        /// To, from the top
        to_y: f64,
    },
    /// Turn the wheel by so many notches; positive ones scroll down
    #[command(allow_negative_numbers = true)]
    Scroll {
        /// Notches down
        notches: i32,
        /// Notches to the right
        #[arg(default_value_t = 0)]
        right: i32,
    },
    /// List the windows
    Windows {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask a window to close
    Close {
        /// Its number, from `farway view windows`
        window: u32,
    },
    /// Ask a window to have another size (logical pixels)
    Resize {
        /// Its number, from `farway view windows`
        window: u32,
        /// The size
        size: Extent,
    },
    /// Wait until there are windows and nothing moves any more
    Wait {
        /// So many windows, or more
        #[arg(long, default_value_t = 1)]
        windows: usize,
        /// Milliseconds without any change
        #[arg(long, default_value_t = 300)]
        still: u64,
        /// Give up after so many seconds
        #[arg(long, default_value_t = 30)]
        timeout: u64,
    },
    /// Print the text on the clipboard, or set it
    Clipboard {
        /// The new text
        text: Option<String>,
    },
}

/// A button of the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Button {
    /// The first.
    Left,
    /// The second.
    Right,
    /// The wheel.
    Middle,
}

/// Show farway at work on this machine alone: a compositor, both ends and the link between them
#[derive(Clone, Debug, PartialEq, ClapArgs)]
pub struct DemoArgs {
    /// How to show windows
    #[command(flatten)]
    pub screen: ScreenArgs,

    /// Round trip of the link between the two ends
    #[arg(long, value_name = "TIME", default_value = "20ms", value_parser = rtt)]
    pub rtt: Duration,

    /// Bits per second that the link carries, such as 20Mbit, or unlimited
    #[arg(long, value_name = "RATE", default_value = "100Mbit", value_parser = rate)]
    pub rate: Rate,

    /// How long to show it
    #[arg(long, default_value_t = 8, value_name = "SECONDS")]
    pub seconds: u64,

    /// Where to put the picture
    #[arg(long, value_name = "FILE", default_value = "farway-demo.png")]
    pub picture: PathBuf,

    /// The figures as JSON on stdout
    #[arg(long)]
    pub json: bool,

    /// Show this instead of the sample; until it ends, or with --seconds
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Bits per second; `None` is as fast as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub Option<u64>);

/// A width and a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

/// Not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is written like 1280x720, with numbers from 1 to 16384")]
pub struct ExtentError;

impl FromStr for Extent {
    type Err = ExtentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (width, height) = text.split_once(['x', 'X']).ok_or(ExtentError)?;
        let number = |text: &str| match text.parse() {
            Ok(number @ 1..=16384_u16) => Ok(number),
            _ => Err(ExtentError),
        };
        Ok(Self { width: number(width)?, height: number(height)? })
    }
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("a number from {least} to {most}")),
    }
}

fn scale(text: &str) -> Result<f64, String> {
    within(text, 0.5, 8.0)
}

fn refresh(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1000.0)
}

fn rtt(text: &str) -> Result<Duration, String> {
    farway_proxy::transport::emulated::parse_rtt(text).map_err(|error| error.to_string())
}

fn rate(text: &str) -> Result<Rate, String> {
    farway_proxy::transport::emulated::parse_rate(text).map(Rate).map_err(|error| error.to_string())
}
