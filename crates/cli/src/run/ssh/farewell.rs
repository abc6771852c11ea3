//! The end of ssh's processes, once nothing is wanted of them any more.
//!
//! Invariant: it takes a bounded time, and a signal for us makes it shorter.

use std::io;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::attempt::dismiss;
use crate::run::OURS;
use crate::run::house::{House, Turn};
use crate::run::reaper::{Child, reap};

/// How long ssh has to end by itself, and then again once it was told to.
const SSH_END: Duration = Duration::from_secs(1);

/// The exit code for a signal that ends us, if one has come.
pub fn signalled(turn: &Turn) -> Option<u8> {
    turn.arrived.ending.first().map(|signal| u8::try_from(128 + signal.as_raw()).unwrap_or(OURS))
}

/// Waits for ssh to end, and makes it; `at_once`: it has nothing more to do. Says the exit code for a signal that came
/// meanwhile.
///
/// # Errors
/// What `poll` says.
pub fn see_off(house: &mut House, ssh: &mut Vec<Child>, at_once: bool) -> io::Result<Option<u8>> {
    let begun = Instant::now();
    let (mut told, mut signal) = (false, None);
    loop {
        // Some may have ended while something else was waited for.
        reap(&mut ssh.iter_mut().collect::<Vec<_>>());
        ssh.retain(|child| child.status().is_none());
        if ssh.is_empty() {
            return Ok(signal);
        }
        let hurry = at_once || signal.is_some() || begun.elapsed() >= SSH_END;
        if hurry && !std::mem::replace(&mut told, true) {
            ssh.iter().for_each(dismiss);
        }
        let left = (2 * SSH_END).saturating_sub(begun.elapsed());
        if left.is_zero() {
            ssh.iter().for_each(|child| child.signal(Signal::KILL));
            return Ok(signal);
        }
        let turn = house.turn(&[], Some(left.min(SSH_END)))?;
        signal = signal.or(signalled(&turn));
    }
}
