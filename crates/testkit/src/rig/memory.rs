//! What processes use, as the system counts it. Linux only.
//!
//! Invariant: numbers are read from `/proc` of the given process alone, never estimated.

use std::fs;

use super::RigError;

/// The number behind a name in a `status` file.
fn field(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

/// Private memory of a process in bytes: resident, without what it shares with others.
///
/// # Errors
/// No such process, or no `/proc`.
pub fn private(pid: u32) -> Result<u64, RigError> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    field(&text, "RssAnon:")
        .map(|it| it * 1024)
        .ok_or_else(|| RigError::Failed("no RssAnon in /proc".to_owned()))
}

/// The most memory that a process ever had resident, shared pages included.
///
/// # Errors
/// No such process, or no `/proc`.
pub fn peak(pid: u32) -> Result<u64, RigError> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    field(&text, "VmHWM:").map(|it| it * 1024).ok_or_else(|| RigError::Failed("no VmHWM in /proc".to_owned()))
}

/// Open descriptors of a process.
///
/// # Errors
/// No such process, or no `/proc`.
pub fn descriptors(pid: u32) -> Result<usize, RigError> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

/// How often threads of a process have gone to sleep, which is how often those that sleep were woken, but for those
/// that have ended.
///
/// # Errors
/// No such process, or no `/proc`.
pub fn wakes(pid: u32) -> Result<u64, RigError> {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        // One that has just ended does not count.
        let text = fs::read_to_string(task?.path().join("status")).unwrap_or_default();
        sum += field(&text, "voluntary_ctxt_switches:").unwrap_or(0);
    }
    Ok(sum)
}
