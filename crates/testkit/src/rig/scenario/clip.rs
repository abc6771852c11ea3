//! Selections: pipes in both directions.

use std::os::fd::OwnedFd;

use farway_proto::wayland::ObjectId;
use farway_sys::pipe::pipe;

use super::super::error::ensure;
use super::super::files::{noise, same};
use super::super::flow::{finished, read_all, write_all, write_endlessly};
use super::super::party::DISPLAY;
use super::super::{Both, Line, RigError, take_fd};

const SIZES: [usize; 3] = [0, 1, 4096];
/// More than a pipe holds.
const BULK: [usize; 2] = [65_537, 131_073];
const MIME: &[u8] = b"text/plain;charset=utf-8";

struct Clip {
    line: Line,
    device: ObjectId,
    source: ObjectId,
}

fn clip(site: &mut Both) -> Result<Clip, RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_data_device_manager", 3), ("wl_seat", 7)])?;
    let manager = line.bind("wl_data_device_manager", 3)?;
    let seat = line.bind("wl_seat", 7)?;
    let source = line.create(manager, "create_data_source")?;
    line.request(source, "offer", |m| m.str(MIME))?;
    let device = line.app.new_id();
    line.request(manager, "get_data_device", |m| m.new_id(device).object(seat))?;
    line.request(device, "set_selection", |m| m.object(source).uint(1))?;
    line.deliver()?;
    Ok(Clip { line, device, source })
}

/// A pipe through both proxies: where one side writes and the other reads.
#[derive(Debug)]
pub struct Transfer {
    /// The writing end that came out at the far side.
    pub write: OwnedFd,
    /// The reading end that stayed.
    pub read: OwnedFd,
}

/// Hands the writing end of a new pipe over with a message of `object`; `event` says in which direction.
///
/// # Errors
/// The message does not arrive.
pub fn transfer(line: &mut Line, object: ObjectId, event: bool) -> Result<Transfer, RigError> {
    let (read, write) = pipe()?;
    let name = if event {
        line.event_with(object, "send", |m| m.str(MIME), vec![write])?;
        "wl_data_source.send"
    } else {
        line.request_with(object, "receive", |m| m.str(MIME), vec![write])?;
        "wl_data_offer.receive"
    };
    let write = take_fd(&mut line.deliver()?, name)?;
    Ok(Transfer { write, read })
}

impl Transfer {
    /// Writes these bytes, closes, and compares what came out.
    ///
    /// # Errors
    /// Something else came out, or not all in time.
    pub fn carries(self, bytes: Vec<u8>) -> Result<(), RigError> {
        let read = read_all(self.read, usize::MAX);
        let written = write_all(self.write, bytes.clone());
        let got = finished(&read)??;
        finished(&written)??;
        same("pipe", &bytes, &got)
    }

    /// Reads 50000 bytes and closes; whoever writes on has to see it.
    ///
    /// # Errors
    /// It does not, or the bytes are wrong.
    pub fn breaks(self) -> Result<(), RigError> {
        let read = read_all(self.read, 50_000);
        let bytes = noise(50_000, 50_000);
        let written = write_endlessly(self.write, bytes.clone());
        same("broken pipe", &bytes, &finished(&read)??)?;
        let result = finished(&written)?;
        let broken = matches!(&result, Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
        ensure(broken, || format!("the writer of a pipe that nobody reads got {result:?}"))
    }
}

/// The compositor offers a selection: `data_offer`, its type, `selection`.
fn offer(clip: &mut Clip) -> Result<ObjectId, RigError> {
    let (line, device) = (&mut clip.line, clip.device);
    let offer = line.screen.new_id();
    line.event(device, "data_offer", |m| m.new_id(offer))?;
    line.event(offer, "offer", |m| m.str(MIME))?;
    line.event(device, "selection", |m| m.object(offer))?;
    line.deliver()?;
    Ok(offer)
}

/// From the application to the compositor.
pub(super) fn send(site: &mut Both) -> Result<(), RigError> {
    let mut clip = clip(site)?;
    for size in SIZES {
        transfer(&mut clip.line, clip.source, true)?.carries(noise(size as u64, size))?;
    }
    clip.line.event(clip.source, "cancelled", |m| m)?;
    clip.line.round_trip().map(drop)
}

/// From the compositor to the application.
pub(super) fn receive(site: &mut Both) -> Result<(), RigError> {
    let mut clip = clip(site)?;
    for size in SIZES {
        let offer = offer(&mut clip)?;
        transfer(&mut clip.line, offer, false)?.carries(noise(size as u64, size))?;
        clip.line.request(offer, "destroy", |m| m)?;
    }
    clip.line.request(clip.source, "destroy", |m| m)?;
    clip.line.deliver()?;
    clip.line.event(DISPLAY, "delete_id", |m| m.uint(clip.source.0))?;
    clip.line.round_trip().map(drop)
}

/// Much, in both directions.
pub(super) fn bulk(site: &mut Both) -> Result<(), RigError> {
    let mut clip = clip(site)?;
    for size in BULK {
        transfer(&mut clip.line, clip.source, true)?.carries(noise(size as u64, size))?;
        let offer = offer(&mut clip)?;
        transfer(&mut clip.line, offer, false)?.carries(noise(size as u64, size))?;
    }
    clip.line.round_trip().map(drop)
}

/// A reader that has seen enough, in both directions.
pub(super) fn early_close(site: &mut Both) -> Result<(), RigError> {
    let mut clip = clip(site)?;
    transfer(&mut clip.line, clip.source, true)?.breaks()?;
    clip.line.round_trip()?;
    let offer = offer(&mut clip)?;
    transfer(&mut clip.line, offer, false)?.breaks()?;
    clip.line.round_trip()?;
    transfer(&mut clip.line, clip.source, true)?.carries(noise(1, 1000))
}
