//! What the compositor offers, and what each of it says first.
//!
//! Pure but for the keymap's file. Invariant: a client is told only what its version has.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use farway_sys::mem::{Region, SharedFile};

use super::super::{HEIGHT, WIDTH, finish, message};
use super::Pace;

/// Interfaces and versions. The names are their places, from one on.
pub(super) const GLOBALS: [(&str, u32); 5] =
    [("wl_compositor", 4), ("wl_shm", 1), ("wl_output", 4), ("wl_seat", 5), ("xdg_wm_base", 2)];

/// The refresh rate in millihertz that outputs announce.
fn millihertz(pace: Pace) -> i32 {
    match pace {
        // Faster than any screen.
        Pace::Unlimited => 1_000_000,
        Pace::Display(beat) => (1e3 / beat.period().as_secs_f64()).round() as i32,
    }
}

/// All globals.
pub(super) fn announce(registry: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, (interface, version)) in (1..).zip(GLOBALS) {
        let global = message(registry, 0).uint(name).str(interface.as_bytes());
        bytes.extend(finish(global.uint(version)));
    }
    bytes
}

/// What a client is told when it binds.
pub(super) fn greet(interface: &str, version: u32, id: u32, pace: Pace) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut say = |since: u32, builder| {
        if version >= since {
            bytes.extend(finish(builder));
        }
    };
    match interface {
        "wl_shm" => {
            say(1, message(id, 0).uint(0));
            say(1, message(id, 0).uint(1));
        }
        "wl_seat" => {
            say(1, message(id, 0).uint(2));
            say(2, message(id, 1).str(b"seat0"));
        }
        "wl_output" => {
            let geometry = message(id, 0).int(0).int(0).int(340).int(190).int(0);
            say(1, geometry.str(b"farway").str(b"sink").int(0));
            say(1, message(id, 1).uint(3).int(WIDTH as i32).int(HEIGHT as i32).int(millihertz(pace)));
            say(2, message(id, 3).int(1));
            say(4, message(id, 4).str(b"SINK-1"));
            say(4, message(id, 5).str(b"a display that is not there"));
            say(2, message(id, 2));
        }
        _ => {}
    }
    bytes
}

/// What a keyboard says first, and the keymap's file.
pub(super) fn keyboard(id: u32, keymap: &[u8]) -> io::Result<(Vec<u8>, Arc<OwnedFd>)> {
    let file = SharedFile::create(keymap.len() as u64, None)?;
    Region::of_shared(&file)?.write(0, keymap).map_err(io::Error::other)?;
    let mut bytes = finish(message(id, 0).uint(1).uint(keymap.len() as u32));
    bytes.extend(finish(message(id, 5).int(25).int(600)));
    Ok((bytes, Arc::new(file.share_read_only()?)))
}
