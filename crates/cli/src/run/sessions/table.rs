//! Sessions as a table for people.
//!
//! Invariant: one line for each, and nothing in it that a terminal obeys.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use farway_proto::session::words::Summary;

use super::Entry;
use crate::log::escaped;

/// The most that is shown of a command, in characters.
const COMMAND_MAX: usize = 40;

/// All of them, below a line of titles. `hosts`: with the machine that each is on.
pub fn table(entries: &[Entry], hosts: bool) -> String {
    let mut rows: Vec<Vec<String>> =
        vec![["HOST", "ID", "COMMAND", "AGE", "STATE", "WINDOWS"].map(String::from).into()];
    rows.extend(entries.iter().map(|entry| {
        let session = &entry.session;
        vec![
            escaped(entry.host.as_deref().unwrap_or("-")),
            escaped(&session.id),
            clipped(&escaped(&session.command)),
            span(session.age),
            escaped(&state(session)),
            session.windows.to_string(),
        ]
    }));
    let from = if hosts { 0 } else { 1 };
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> =
            (from..6).map(|column| format!("{:width$}", row[column], width = widths[column])).collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

fn state(session: &Summary) -> String {
    match (session.alone, session.waits.is_empty()) {
        (Some(alone), true) => format!("without a display for {}", span(alone)),
        (Some(alone), false) => format!("waits {} {} ago", session.waits, span(alone)),
        (None, true) => "in use".into(),
        (None, false) => format!("waits {}", session.waits),
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(COMMAND_MAX) {
        Some(_) => text.chars().take(COMMAND_MAX - 3).chain("...".chars()).collect(),
        None => text.into(),
    }
}

/// A length of time in its two largest units.
pub fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, ..) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{}h", hours % 24),
    }
}
