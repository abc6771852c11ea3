//! Figures as text.
//!
//! Pure. Invariant: what is printed is what was measured; a dash is what was not.

use std::fmt::Write as _;

use farway_proxy::load::{HEIGHT, WIDTH, Workload};
use serde_json::{Value, json};

use super::figures::{Figures, Row, object};
use super::measure::IDLE;
use crate::args::bench::Task;
use crate::args::bench::link::Link;
use crate::plan::bench::Measure;

/// What stands above the lines of a link.
pub fn heading(link: &Link, plan: &Measure) -> String {
    let pace = match link.local {
        true => "a display that answers at once".into(),
        false => format!("{} Hz, each program as `ssh` with a stand-in for ssh", plan.refresh),
    };
    let compress = plan.compress.as_deref().unwrap_or("default");
    let mut text = format!("\n{link}; {WIDTH}x{HEIGHT}, {pace}, --compress {compress}\n");
    let _ = writeln!(
        text,
        "{:<8} {:<18} {:>8} {:>10} {:>9} {:>9} {:>10} {:>9}",
        "", "", "fps", "median ms", "p99 ms", "p99-least", "B/frame", "CPU ms"
    );
    text
}

fn cells(figures: &Figures, digits: [usize; 6]) -> String {
    let widths = [8, 10, 9, 9, 10, 9];
    let mut text = String::new();
    for (((_, value), width), digits) in figures.named().into_iter().zip(widths).zip(digits) {
        let _ = match value {
            Some(value) => write!(text, " {value:>width$.digits$}"),
            None => write!(text, " {:>width$}", "-"),
        };
    }
    text
}

/// A program's line; `before` are those of the programs before it, of which the first is ours. Theirs are followed by
/// ratios of ours to theirs.
pub fn line(row: &Row, before: &[Row]) -> String {
    let name: String = row.program.chars().take(18).collect();
    let mut text = format!("{:<8} {name:<18}", row.task.name());
    if row.task == Task::Idle {
        let memory = row.figures.kib.zip(row.figures.processes);
        if let Some((kib, processes)) = memory {
            let _ = write!(text, "  {IDLE} applications: {kib:.0} KiB unshared, {processes:.0} processes");
        }
    } else {
        text += &cells(&row.figures, [1, 2, 2, 2, 0, 3]);
    }
    text.push('\n');
    if let Some(ours) = before.first() {
        let ratios = ours.figures.ratios(&row.figures).map(|it| it.1);
        if row.task == Task::Idle {
            if let Some(ratio) = ratios[6] {
                let _ = writeln!(text, "{:<8} {:<18}  memory {ratio:.2}", "", "  farway to that");
            }
        } else {
            let [fps, median, p99, spread, bytes, cpu, ..] = ratios;
            let figures = Figures { fps, median, p99, spread, bytes, cpu, ..Figures::default() };
            let _ =
                writeln!(text, "{:<8} {:<18}{}", "", "  farway to that", cells(&figures, [2, 2, 2, 2, 3, 2]));
        }
    }
    text
}

/// Everything at once.
pub fn json(plan: &Measure, rows: &[Row]) -> String {
    let links: Vec<Value> = plan.links.iter().map(link).collect();
    let results: Vec<Value> = rows.iter().map(|row| result(row, rows)).collect();
    let all = json!({
        "refresh_hz": plan.refresh,
        "seconds": plan.seconds,
        "compress": plan.compress,
        "links": links,
        "results": results,
    });
    format!("{all:#}\n")
}

fn link(link: &Link) -> Value {
    json!({
        "name": link.name,
        "local": link.local,
        "rtt_ms": link.profile.rtt.as_secs_f64() * 1e3,
        "bits_per_second": link.profile.rate,
        "buffer_bytes": link.profile.buffer,
    })
}

fn result(row: &Row, rows: &[Row]) -> Value {
    let same = |other: &&Row| other.link == row.link && other.task == row.task;
    let size = if row.task == Task::Large { Workload::Large.size() } else { (WIDTH, HEIGHT) };
    let mut value = json!({
        "link": row.link,
        "workload": row.task.name(),
        "size": size,
        "program": row.program,
        "pixels_equal": true,
        "figures": object(row.figures.named()),
    });
    // The first one is ours.
    if let Some(ours) = rows.iter().find(same).filter(|ours| !std::ptr::eq(*ours, row)) {
        value["farway_to_this"] = object(ours.figures.ratios(&row.figures));
    }
    value
}
