//! What processes use, as the system counts it. Linux only.
//!
//! Invariant: numbers are read from `/proc` of the given process alone, never estimated.

use std::fs;

use super::RigError;

/// Private memory of a process in bytes: resident, without what it shares with others.
///
/// # Errors
/// No such process, or no `/proc`.
pub fn private(pid: u32) -> Result<u64, RigError> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes =
        line.and_then(|it| it.split_ascii_whitespace().next()).and_then(|it| it.parse::<u64>().ok());
    kilobytes.map(|it| it * 1024).ok_or_else(|| RigError::Failed("no RssAnon in /proc".to_owned()))
}

/// The most memory that a process ever had resident, shared pages included.
///
/// # Errors
/// No such process, or no `/proc`.
pub fn peak(pid: u32) -> Result<u64, RigError> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|it| it.split_ascii_whitespace().next()).and_then(|it| it.parse::<u64>().ok());
    kilobytes.map(|it| it * 1024).ok_or_else(|| RigError::Failed("no VmHWM in /proc".to_owned()))
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
        let count = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        sum += count.and_then(|it| it.trim().parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(sum)
}
