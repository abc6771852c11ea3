//! Who descends from this process, from `/proc` (proc_pid_stat(5)).
//!
//! Not who our children are to wait for: `wait` knows that. Invariant: what cannot be read or understood is left out;
//! a `/proc` that is not of our own process namespace counts as none.

use std::collections::BTreeMap;
use std::path::Path;

use rustix::process::Pid;

use crate::process::Descendant;

pub(crate) fn descendants() -> Option<Vec<Descendant>> {
    let own = rustix::process::getpid();
    let link = std::fs::read_link("/proc/self").ok()?;
    if link != Path::new(&own.to_string()) {
        return None;
    }
    let mut children: BTreeMap<i32, Vec<Entry>> = BTreeMap::new();
    for item in std::fs::read_dir("/proc").ok()?.flatten() {
        let number = item.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        let Some(pid) = number.and_then(Pid::from_raw) else { continue };
        // Gone in the meantime, if not.
        let Ok(stat) = std::fs::read(item.path().join("stat")) else { continue };
        if let Some((parent, alive)) = parse(&stat) {
            children.entry(parent).or_default().push(Entry { pid, alive });
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![own];
    while let Some(parent) = parents.pop() {
        for entry in children.remove(&parent.as_raw_pid()).unwrap_or_default() {
            parents.push(entry.pid);
            if entry.alive {
                found.push(Descendant { pid: entry.pid, parent });
            }
        }
    }
    Some(found)
}

struct Entry {
    pid: Pid,
    alive: bool,
}

/// The parent, and whether the process lives. One whose first thread has ended while others run looks like one that
/// waits to be waited for, but for the number of its threads.
fn parse(stat: &[u8]) -> Option<(i32, bool)> {
    // The name before the last parenthesis may be anything.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(&stat[end + 1..]).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let threads: i64 = fields.nth(15)?.parse().ok()?;
    Some((parent, !matches!(state, "Z" | "X" | "x") || threads > 1))
}

#[cfg(test)]
mod tests;
