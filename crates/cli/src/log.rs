//! What goes to stderr, and how a line looks.
//!
//! Not what is logged: libraries decide that, and at the levels shown by default they name no content. Invariants:
//! stdout is never touched, it belongs to the command; one event is one line of at most [`LINE_MAX`] bytes; bytes that
//! a terminal would obey are escaped, because some of them come from the other machine.

/// An error and its causes as one line.
pub fn line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // The number means nothing to most, and nothing more to the others.
        let text = text.split(" (os error ").next().unwrap_or_default();
        // Some errors say what their cause says.
        if !line.contains(text) {
            line = format!("{line} ({text})");
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};
use std::io::IsTerminal;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The longest line in bytes, its end included; waypipe's is the same.
pub const LINE_MAX: usize = 512;

/// Starts logging to stderr. `filter` is the value of `FARWAY_LOG`; `side` is which end this is.
pub fn init(debug: bool, filter: Option<&str>, side: &'static str) {
    // winit warns of properties that small X servers do not have, which nobody can do anything about.
    let default = if debug { "warn,farway=debug" } else { "warn,winit=error" };
    let (chosen, bad) = match filter.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(default), Some(error)),
        None => (EnvFilter::new(default), None),
    };
    let lines = Lines { side, brief: !debug && filter.is_none(), colour: std::io::stderr().is_terminal() };
    let started = tracing_subscriber::fmt()
        .with_env_filter(chosen)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .event_format(lines)
        .try_init();
    if started.is_ok() {
        if let Some(error) = bad {
            tracing::warn!("FARWAY_LOG is not understood ({error}); see the documentation of `FARWAY_LOG`");
        }
    }
}

/// How an event becomes a line.
#[derive(Clone, Copy, Debug)]
struct Lines {
    side: &'static str,
    /// Only what happened: for those who did not ask for a log.
    brief: bool,
    colour: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        if self.brief {
            line.push_str("farway: ");
        } else {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let (second, micro) = (since.as_secs() % 86_400, since.subsec_micros());
            let (hour, minute) = (second / 3600, second / 60 % 60);
            let (level, side, pid) = (event.metadata().level(), self.side, std::process::id());
            write!(line, "{hour:02}:{minute:02}:{:02}.{micro:06} {level:5} {side}[{pid}] ", second % 60)?;
            for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
                let fields = span.extensions();
                let fields = fields.get::<FormattedFields<N>>().map_or("", |fields| fields.as_str());
                write!(line, "{}{{{fields}}} ", span.name())?;
            }
            write!(line, "{}: ", event.metadata().target())?;
        }
        let mut text = Text { line: &mut line };
        event.record(&mut text);
        let line = finished(&line);
        match (self.colour, *event.metadata().level()) {
            (true, Level::ERROR) => writeln!(out, "\x1b[31m{line}\x1b[0m"),
            (true, Level::WARN) => writeln!(out, "\x1b[33m{line}\x1b[0m"),
            _ => writeln!(out, "{line}"),
        }
    }
}

/// The message first, then the other fields.
struct Text<'a> {
    line: &'a mut String,
}

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.line, "{value:?}"),
            name => write!(self.line, " {name}={value:?}"),
        };
    }
}

/// `line` with nothing in it that a terminal obeys, and without the line's end.
pub fn escaped(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for letter in line.chars() {
        match letter {
            '\t' => shown.push(' '),
            // Also the invisible ones that change the direction of text.
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(letter.escape_unicode());
            }
            _ if letter.is_control() => shown.extend(letter.escape_default()),
            _ => shown.push(letter),
        }
    }
    shown
}

/// An escaped line that is not too long.
fn finished(line: &str) -> String {
    const DOTS: &str = "...";
    let mut shown = escaped(line);
    if shown.len() >= LINE_MAX {
        let mut end = LINE_MAX - 1 - DOTS.len();
        while !shown.is_char_boundary(end) {
            end -= 1;
        }
        shown.truncate(end);
        shown.push_str(DOTS);
    }
    shown
}
