use std::io::IoSlice;
use std::time::Duration;

use bytes::BytesMut;
use farway_proto::channel::{Deframer, Frame, WireVersion};
use farway_proto::engine::{Outcome, Party};
use farway_proto::wayland::{Builder, Form, ObjectId};
use farway_proto::{Role, wayland};
use farway_sys::event::waker;
use farway_sys::net::{ByteStream, Received, Sent, Socket};

use crate::bench::Workers;
use crate::connection::{Connection, Parts};
use crate::settings::Settings;

/// Gives `test` a connection, its local program, and the other half.
fn with_connection<T>(
    role: Role,
    settings: &Settings,
    test: impl FnOnce(Box<Connection<'_>>, Socket, ByteStream) -> T,
) -> T {
    let (local, program) = Socket::pair().expect("sockets");
    let (channel, peer) = ByteStream::connected().expect("sockets");
    let workers = Workers::new(settings.threads);
    let (rate, pulse) = (Default::default(), crate::pulse::Pulse::default());
    let (wakes, woken) = waker().expect("a waker");
    wakes.wake();
    let connection = Connection::new(Parts {
        role,
        local,
        channel,
        deframer: Deframer::new(),
        greeting: None,
        version: WireVersion::V16,
        peer: None,
        compression: settings.compression,
        settings,
        preview: None,
        rate: &rate,
        workers: &workers,
        pulse: &pulse,
        retry: None,
        wakes,
        woken: &woken,
    });
    test(connection, program, peer)
}

/// Runs a connection whose thread panics at once; returns what the application's side and the channel get.
fn panicking(role: Role) -> (BytesMut, BytesMut) {
    with_connection(role, &Settings::default(), |connection, program, peer| {
        let outcome = connection.run(|| panic!("on purpose"));
        assert!(matches!(outcome, Outcome::Fault(fault) if fault.at == Party::Ourselves));
        said_and_sent(role, &program, &peer)
    })
}

fn said_and_sent(role: Role, program: &Socket, peer: &ByteStream) -> (BytesMut, BytesMut) {
    let (mut said, mut sent) = (BytesMut::new(), BytesMut::new());
    let received = program.recv(&mut said, 4096, &mut Default::default()).expect("receives");
    assert!(role == Role::Display || matches!(received, Received::Bytes(_)));
    peer.recv(&mut sent, 4096).expect("receives");
    (said, sent)
}

#[test]
fn a_panic_reaches_the_application_as_an_error() {
    let (said, _) = panicking(Role::App);
    let (header, _, rest) = wayland::split_first(&said, Form::Program).expect("well-formed").expect("whole");
    assert_eq!((header.object, header.opcode, rest.len()), (ObjectId::DISPLAY, 0, 0));
}

#[test]
fn a_panic_beside_the_compositor_is_told_through_the_channel() {
    let (_, sent) = panicking(Role::Display);
    let mut deframer = Deframer::new();
    deframer.buffer().extend_from_slice(&sent);
    assert!(matches!(deframer.next(), Ok(Some(Frame::Protocol(_)))));
    assert_eq!(deframer.next(), Ok(Some(Frame::Close(0))));
}

/// Frames with a `wl_display.sync` each, which a compositor is to be told.
fn requests(count: u32) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    for id in 2..2 + count {
        let sync = Builder::new(ObjectId::DISPLAY, 0).new_id(ObjectId(id)).finish(Form::Channel, 0);
        let frame = Frame::Protocol(sync.expect("a message").into());
        frame.put_head(&mut bytes);
        bytes.extend_from_slice(frame.body().expect("messages"));
        bytes.resize(bytes.len() + frame.padding(), 0);
    }
    bytes.to_vec()
}

/// Whoever has much to do looks for input in between, and reads no more than it has until that is done.
#[test]
fn much_to_do_is_done_in_slices() {
    const REQUEST: usize = 12;
    let settings = Settings { slice: Duration::ZERO, ..Settings::default() };
    with_connection(Role::Display, &settings, |mut connection, _program, peer| {
        connection.deframer.buffer().extend_from_slice(&requests(3));
        assert!(matches!(peer.send(&[IoSlice::new(&requests(1))]), Ok(Sent::Bytes(_))));
        for done in 1..=3 {
            connection.take_frames();
            assert_eq!(connection.local_out.len(), done * REQUEST);
            assert!(connection.prepare().channel.is_none());
            assert_eq!(connection.timeout(None), Some(Duration::ZERO));
        }
        connection.take_frames();
        assert!(!connection.frames_left && connection.prepare().channel.is_some());
        // Jobs leave time for frames.
        connection.jobs_left = true;
        assert!(connection.prepare().channel.is_some());
        assert_eq!(connection.timeout(None), Some(Duration::ZERO));
    });
}
