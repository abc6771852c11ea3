//! Edge cases of pipes (rows P), through farway on both sides.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use farway_proto::wayland::ObjectId;
use farway_sys::net::Socket;
use farway_sys::pipe::pipe;
use farway_testkit::real::wait;
use farway_testkit::rig::error::ensure;
use farway_testkit::rig::files::{noise, same};
use farway_testkit::rig::flow::{finished, read_all, write_all, write_endlessly};
use farway_testkit::rig::rows::{Row, run};
use farway_testkit::rig::{Both, Line, RigError, memory, take_fd};

type Outcome = Result<(), RigError>;

const MIME: &[u8] = b"text/plain";

/// Messages that hand a writing end over: the object's interface, how it is made, the message.
struct Kind {
    manager: &'static str,
    /// Created by the application from the manager.
    source: &'static str,
    /// Its interface and event.
    send: &'static str,
    device: &'static str,
    offer: &'static str,
    receive: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        manager: "wl_data_device_manager",
        source: "create_data_source",
        send: "wl_data_source.send",
        device: "get_data_device",
        offer: "data_offer",
        receive: "wl_data_offer.receive",
    },
    Kind {
        manager: "zwp_primary_selection_device_manager_v1",
        source: "create_source",
        send: "zwp_primary_selection_source_v1.send",
        device: "get_device",
        offer: "data_offer",
        receive: "zwp_primary_selection_offer_v1.receive",
    },
    Kind {
        manager: "zwlr_data_control_manager_v1",
        source: "create_data_source",
        send: "zwlr_data_control_source_v1.send",
        device: "get_data_device",
        offer: "data_offer",
        receive: "zwlr_data_control_offer_v1.receive",
    },
    Kind {
        manager: "ext_data_control_manager_v1",
        source: "create_data_source",
        send: "ext_data_control_source_v1.send",
        device: "get_data_device",
        offer: "data_offer",
        receive: "ext_data_control_offer_v1.receive",
    },
];

/// A connection with a source of the application and an offer of the compositor.
fn clipboard(site: &mut Both, kind: &Kind) -> Result<(Line, ObjectId, ObjectId), RigError> {
    let mut line = site.connect()?;
    line.globals(&[(kind.manager, 1), ("wl_seat", 7)])?;
    let manager = line.bind(kind.manager, 1)?;
    let seat = line.bind("wl_seat", 7)?;
    let source = line.create(manager, kind.source)?;
    let device = line.app.new_id();
    line.request(manager, kind.device, |m| m.new_id(device).object(seat))?;
    line.deliver()?;
    let offer = line.screen.new_id();
    line.event(device, kind.offer, |m| m.new_id(offer))?;
    line.deliver()?;
    Ok((line, source, offer))
}

/// The application hands `fd` over with `receive`; what the compositor got.
fn receive(line: &mut Line, offer: ObjectId, fd: OwnedFd) -> Result<OwnedFd, RigError> {
    line.request_with(offer, "receive", |m| m.str(MIME), vec![fd])?;
    take_fd(&mut line.deliver()?, "wl_data_offer.receive")
}

fn all_messages(site: &mut Both) -> Outcome {
    for kind in &KINDS {
        let (mut line, source, offer) = clipboard(site, kind)?;
        for (event, object, name) in [(true, source, kind.send), (false, offer, kind.receive)] {
            let (read, write) = pipe()?;
            if event {
                line.event_with(object, "send", |m| m.str(MIME), vec![write])?;
            } else {
                line.request_with(object, "receive", |m| m.str(MIME), vec![write])?;
            }
            let far = take_fd(&mut line.deliver()?, name)?;
            let bytes = noise(3, 1000);
            finished(&write_all(far, bytes.clone()))??;
            same(name, &bytes, &finished(&read_all(read, usize::MAX))??)?;
        }
        line.round_trip()?;
    }
    Ok(())
}

const ROWS: &[Row] = &[
    ("P1 all messages in both directions", all_messages),
    ("P6 into an ordinary file", |site| {
        let (mut line, _, offer) = clipboard(site, &KINDS[0])?;
        let (file, bytes) = (tempfile::tempfile()?, noise(6, 100_000));
        let far = receive(&mut line, offer, file.try_clone()?.into())?;
        finished(&write_all(far, bytes.clone()))??;
        // A file has no end of stream: its length is what can be waited for.
        wait::until("the file is complete", wait::DEADLINE, || {
            Ok(file.metadata().is_ok_and(|it| it.len() == 100_000).then_some(()))
        })?;
        let mut got = vec![0; 100_000];
        file.read_exact_at(&mut got, 0)?;
        same("file", &bytes, &got)
    }),
    ("P6 into /dev/null", |site| {
        let (mut line, _, offer) = clipboard(site, &KINDS[0])?;
        let null = File::options().write(true).open("/dev/null")?;
        let far = receive(&mut line, offer, null.into())?;
        finished(&write_all(far, noise(6, 300_000)))??;
        line.round_trip().map(drop)
    }),
    ("P6 into a socket", |site| {
        let (mut line, _, offer) = clipboard(site, &KINDS[0])?;
        let ((near, far), bytes) = (Socket::pair()?, noise(6, 300_000));
        let write = receive(&mut line, offer, far.into())?;
        let written = write_all(write, bytes.clone());
        same("socket", &bytes, &finished(&read_all(near.into(), usize::MAX))??)?;
        Ok(finished(&written)??)
    }),
    ("P6 into a pipe that is closed already", |site| {
        let (mut line, _, offer) = clipboard(site, &KINDS[0])?;
        let (read, write) = pipe()?;
        drop(read);
        let far = receive(&mut line, offer, write)?;
        let result = finished(&write_endlessly(far, noise(6, 10_000)))?;
        ensure(result.is_err(), || "the writer was not told".to_owned())?;
        line.round_trip().map(drop)
    }),
    ("P6 the reading end of a pipe instead of the writing one", |site| {
        let (mut line, _, offer) = clipboard(site, &KINDS[0])?;
        let (read, _write) = pipe()?;
        let far = receive(&mut line, offer, read)?;
        let result = finished(&write_endlessly(far, noise(6, 10_000)))?;
        ensure(result.is_err(), || "the writer was not told".to_owned())?;
        line.round_trip().map(drop)
    }),
    ("P7 a megabyte for a slow reader", |site| {
        let (mut line, _, offer) = clipboard(site, &KINDS[0])?;
        let ((read, write), bytes) = (pipe()?, noise(7, 1 << 20));
        let far = receive(&mut line, offer, write)?;
        let written = write_all(far, bytes.clone());
        finished(&written)??;
        // Nobody reads yet, and everything else goes on.
        (0..20).try_for_each(|_| line.round_trip().map(drop))?;
        same("paste", &bytes, &finished(&read_all(read, usize::MAX))??)
    }),
    ("P10 copy and quit", |site| {
        let (mut line, source, _) = clipboard(site, &KINDS[0])?;
        let ((read, write), bytes) = (pipe()?, noise(10, 60_000));
        line.event_with(source, "send", |m| m.str(MIME), vec![write])?;
        let far = take_fd(&mut line.deliver()?, "wl_data_source.send")?;
        finished(&write_all(far, bytes.clone()))??;
        line.app.hang_up()?;
        same("last words", &bytes, &finished(&read_all(read, usize::MAX))??)
    }),
    ("P5 both ends closed at once", |site| {
        let (mut line, source, _) = clipboard(site, &KINDS[0])?;
        for round in 0..50 {
            let (read, write) = pipe()?;
            line.event_with(source, "send", |m| m.str(MIME), vec![write])?;
            let far = take_fd(&mut line.deliver()?, "wl_data_source.send")?;
            let written = write_all(far, noise(round, 5000));
            drop(read);
            // It may have been too late to be told.
            let _ = finished(&written)?;
        }
        line.round_trip().map(drop)
    }),
];

#[test]
fn pipes() -> Outcome {
    let mut site = run(ROWS)?;
    for pid in [site.server().pid(), site.client().pid()] {
        wait::until("all pipes are closed", wait::DEADLINE, || {
            Ok(memory::descriptors(pid).is_ok_and(|it| it < 32).then_some(()))
        })?;
    }
    Ok(())
}

/// P9: a reader that has stopped does not make anybody store what is written for it.
#[test]
fn a_stopped_reader_costs_little() -> Outcome {
    let mut site = run(&[])?;
    let (mut line, _, offer) = clipboard(&mut site, &KINDS[0])?;
    let (_read, write) = pipe()?;
    let far = receive(&mut line, offer, write)?;
    // Until the deadline of the writer, or until the pipe is given up.
    let result = finished(&write_endlessly(far, noise(9, 1 << 20)));
    for pid in [site.server().pid(), site.client().pid()] {
        let peak = memory::peak(pid)?;
        ensure(peak < 96 << 20, || format!("{peak} bytes resident at the worst time, {result:?}"))?;
    }
    site.connect()?.round_trip().map(drop)
}
