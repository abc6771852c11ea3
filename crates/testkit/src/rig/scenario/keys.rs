//! Keymaps: files that are read once, from the compositor to the application.

use farway_proto::wayland::ObjectId;

use super::super::files::{noise, same, size};
use super::super::{Both, Line, RigError, content, shared, take_fd};

/// What `size` argument a keymap of every interesting length has.
const SIZES: [usize; 6] = [64, 65, 4095, 4096, 4097, 300_001];
const TINY: [usize; 5] = [1, 4, 9, 31, 63];

fn keyboard(site: &mut Both) -> Result<(Line, ObjectId), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_seat", 7)])?;
    let seat = line.bind("wl_seat", 7)?;
    let keyboard = line.create(seat, "get_keyboard")?;
    line.deliver()?;
    Ok((line, keyboard))
}

fn keymap(line: &mut Line, keyboard: ObjectId, bytes: &[u8]) -> Result<(), RigError> {
    let fd = shared(bytes)?.share()?;
    line.event_with(keyboard, "keymap", |m| m.uint(1).uint(bytes.len() as u32), vec![fd])
}

/// One after the other.
pub(super) fn sizes(site: &mut Both) -> Result<(), RigError> {
    each(site, &SIZES)
}

/// Files shorter than any block of a diff.
pub(super) fn tiny(site: &mut Both) -> Result<(), RigError> {
    each(site, &TINY)
}

fn each(site: &mut Both, sizes: &[usize]) -> Result<(), RigError> {
    let (mut line, id) = keyboard(site)?;
    for bytes in sizes.iter().map(|size| noise(*size as u64, *size)) {
        keymap(&mut line, id, &bytes)?;
        let fd = take_fd(&mut line.deliver()?, "wl_keyboard.keymap")?;
        same("keymap", &bytes, &content(&fd, bytes.len() as u64)?)?;
    }
    line.round_trip().map(drop)
}

/// A keymap without bytes.
pub(super) fn empty(site: &mut Both) -> Result<(), RigError> {
    let (mut line, id) = keyboard(site)?;
    keymap(&mut line, id, &[])?;
    let fd = take_fd(&mut line.deliver()?, "wl_keyboard.keymap")?;
    same("empty keymap", &[], &content(&fd, size(&fd)?)?)?;
    line.round_trip().map(drop)
}

/// A hundred keymaps at once: more descriptors than fit into one message.
pub(super) fn burst(site: &mut Both) -> Result<(), RigError> {
    let (mut line, id) = keyboard(site)?;
    let maps: Vec<_> = (0..100).map(|seed| noise(seed, 100 + 13 * seed as usize)).collect();
    maps.iter().try_for_each(|bytes| keymap(&mut line, id, bytes))?;
    let mut arrived = line.deliver()?;
    for bytes in &maps {
        let fd = take_fd(&mut arrived, "wl_keyboard.keymap")?;
        same("keymap of a burst", bytes, &content(&fd, bytes.len() as u64)?)?;
    }
    line.round_trip().map(drop)
}
