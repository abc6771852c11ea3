//! Decisions about a compositor of our own: where its sockets are, and how it shows windows.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use farway_view::config::OutputConfig;
use farway_view::geometry::Size;

use super::{Circumstances, CommandLine, Environment, PlanError, runtime_dir, value};
use crate::args::view::{Ask, DemoArgs, ScreenArgs, ViewArgs};

/// To run a compositor, or to ask one that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Where its sockets are.
    pub place: Place,
    /// How it shows windows.
    pub screen: Screen,
    /// What to ask; `None` runs one.
    pub ask: Option<Ask>,
    /// What to run in it.
    pub command: Option<CommandLine>,
}

/// To show farway at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Demo {
    /// Where sockets are.
    pub place: Place,
    /// How it shows windows.
    pub screen: Screen,
    /// Of the link.
    pub rtt: Duration,
    /// Of the link, bits per second.
    pub rate: Option<u64>,
    /// How long.
    pub time: Duration,
    /// Where to put the picture.
    pub picture: PathBuf,
    /// Figures as JSON.
    pub json: bool,
    /// Instead of the sample.
    pub command: Option<CommandLine>,
}

/// Where sockets are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory, private to the user.
    pub directory: PathBuf,
    /// It is none that the system made: it may have to be made, and programs must be told of it.
    pub own: bool,
    /// Name of the Wayland socket; `None` is the first that is free, or the only one.
    pub name: Option<OsString>,
}

/// How windows are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// In memory only.
    pub headless: bool,
    /// That is so because there is no screen, not because somebody asked for it.
    pub nowhere: bool,
    /// The screens of a headless one.
    pub outputs: Vec<OutputConfig>,
    /// Layout of the keyboard.
    pub keyboard: String,
}

impl Screen {
    /// Decides. Without a display of the host there is nothing but memory to draw into.
    pub fn new(args: &ScreenArgs, env: &Environment) -> Self {
        let output = |number: u8| OutputConfig {
            name: format!("FARWAY-{}", number + 1),
            size: Size::new(args.size.width.into(), args.size.height.into()),
            scale: (args.scale * 120.0).round() as u32,
            refresh: (args.refresh * 1000.0).round() as u32,
        };
        let nowhere = !args.headless && !has_screen(env);
        let headless = args.headless || nowhere;
        Self {
            headless,
            nowhere,
            outputs: (0..args.outputs).map(output).collect(),
            keyboard: args.keyboard.clone(),
        }
    }
}

/// Whether native windows can be opened. X11 says so by a variable; elsewhere there is always a screen to try.
#[cfg(feature = "window")]
fn has_screen(env: &Environment) -> bool {
    farway_view::backend::winit::ALWAYS_A_SCREEN || value(env, "DISPLAY").is_some()
}

/// This build has no windows.
#[cfg(not(feature = "window"))]
fn has_screen(_: &Environment) -> bool {
    false
}

/// Where sockets are if nobody says otherwise.
pub fn place(name: Option<&OsStr>, env: &Environment, here: &Circumstances) -> Result<Place, PlanError> {
    if name.is_some_and(OsStr::is_empty) {
        return Err(PlanError::EmptyName { what: "--display" });
    }
    if let Some(path) = name.map(Path::new).filter(|path| path.is_absolute()) {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(PlanError::NoFileName { path: path.into() });
        };
        return Ok(Place { directory: directory.into(), own: false, name: Some(name.into()) });
    }
    let name = name.map(OsString::from);
    if let Some(directory) = runtime_dir(env) {
        return Ok(Place { directory: directory.into(), own: false, name });
    }
    let temporary = value(env, "TMPDIR").map_or(Path::new("/tmp"), Path::new);
    Ok(Place { directory: temporary.join(format!("farway-{}", here.uid)), own: true, name })
}

fn command(words: &[OsString]) -> Option<CommandLine> {
    let (program, args) = words.split_first()?;
    Some(CommandLine { program: program.clone(), arg0: None, args: args.to_vec() })
}

/// Decides for `farway view`.
pub fn view(args: &ViewArgs, env: &Environment, here: &Circumstances) -> Result<View, PlanError> {
    // Inside of one of ours, that one is meant.
    let inside = value(env, "WAYLAND_DISPLAY").filter(|_| args.ask.is_some());
    let inside = inside.filter(|name| {
        let file = Path::new(name).file_name().unwrap_or_default();
        file.to_string_lossy().starts_with("farway-")
    });
    Ok(View {
        place: place(args.display.as_deref().or(inside), env, here)?,
        screen: Screen::new(&args.screen, env),
        ask: args.ask.clone(),
        command: command(&args.command),
    })
}

/// Decides for `farway demo`.
pub fn demo(args: &DemoArgs, env: &Environment, here: &Circumstances) -> Result<Demo, PlanError> {
    Ok(Demo {
        place: place(None, env, here)?,
        screen: Screen::new(&args.screen, env),
        rtt: args.rtt,
        rate: args.rate.0,
        time: Duration::from_secs(args.seconds),
        picture: args.picture.clone(),
        json: args.json,
        command: command(&args.command),
    })
}
