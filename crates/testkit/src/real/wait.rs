//! Waiting for other processes. Not for code of our own, which is told by its seams.
//!
//! Invariant: every wait has a condition and a deadline; time alone never decides that something has happened.

use super::RealError;
use std::path::Path;
use std::time::{Duration, Instant};

/// The ordinary deadline: generous, since a loaded machine is slow and a met condition ends the wait at once.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The pause between two looks at a condition.
pub const TICK: Duration = Duration::from_millis(15);

/// Polls `probe` until it gives a value. Errors of the probe end the wait.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut probe: impl FnMut() -> Result<Option<T>, RealError>,
) -> Result<T, RealError> {
    let end = Instant::now() + limit;
    loop {
        if let Some(value) = probe()? {
            return Ok(value);
        }
        if Instant::now() >= end {
            return Err(RealError::Timeout { what: what.to_owned(), seconds: limit.as_secs() });
        }
        std::thread::sleep(TICK);
    }
}

/// Whether some process listens on the socket `path`.
///
/// Reads `/proc/net/unix`, because connecting to find out would be a connection to the program. A program may have bound
/// the socket relative to its folder, so a bare file name counts too: socket names of the harness are unique.
pub fn listening(path: &Path) -> bool {
    let table = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    let full = path.to_string_lossy();
    let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    path.exists()
        && table.lines().skip(1).any(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            // Num RefCount Protocol Flags Type St Inode Path; the flag is __SO_ACCEPTCON.
            fields.get(3) == Some(&"00010000")
                && fields.get(7).is_some_and(|p| *p == full || p.trim_start_matches("./") == name)
        })
}
