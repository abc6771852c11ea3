//! Findings as text for people, or as JSON.
//!
//! Invariant: what another machine says is shown with nothing in it that a terminal obeys.

#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::io;

use serde::Serialize;

use crate::log::escaped;
use crate::run::finding::{Finding, Level};

/// What was found on one machine.
#[derive(Clone, Debug)]
pub struct Section {
    /// Which; nothing: this one.
    pub machine: Option<String>,
    /// In the order in which it was looked at.
    pub findings: Vec<Finding>,
}

/// A finding for programs.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    machine: Option<&'a str>,
    subject: &'a str,
    level: Level,
    text: &'a str,
    hint: &'a str,
}

/// Whether something does not work.
pub fn is_bad(sections: &[Section]) -> bool {
    sections.iter().flat_map(|section| &section.findings).any(|finding| !finding.good)
}

/// A line for each, and one for each hint.
pub fn text(sections: &[Section]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    for section in sections {
        let _ = writeln!(text, "{}:", escaped(section.machine.as_deref().unwrap_or("this machine")));
        for finding in &section.findings {
            let (level, subject) = (Level::of(finding).word(), escaped(&finding.subject));
            let _ = writeln!(text, "  {level}  {subject}: {}", escaped(&finding.text));
            if !finding.hint.is_empty() {
                let _ = writeln!(text, "        {}", escaped(&finding.hint));
            }
        }
    }
    text
}

/// An array.
pub fn json(sections: &[Section]) -> io::Result<String> {
    let mut entries = Vec::new();
    for section in sections {
        let machine = section.machine.as_deref();
        entries.extend(section.findings.iter().map(|finding| entry(machine, finding)));
    }
    Ok(serde_json::to_string_pretty(&entries)? + "\n")
}

fn entry<'a>(machine: Option<&'a str>, finding: &'a Finding) -> Entry<'a> {
    let Finding { subject, text, hint, .. } = finding;
    Entry { machine, subject, level: Level::of(finding), text, hint }
}
