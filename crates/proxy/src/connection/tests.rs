use bytes::BytesMut;
use farway_proto::channel::{Deframer, Frame, WireVersion};
use farway_proto::engine::{Outcome, Party};
use farway_proto::{Role, wayland};
use farway_sys::event::waker;
use farway_sys::net::{ByteStream, Received, Socket};

use super::{Connection, Parts};
use crate::bench::Workers;
use crate::settings::Settings;

/// Runs a connection whose thread panics at once; returns what the application's side and the channel get.
fn panicking(role: Role) -> (BytesMut, BytesMut) {
    let (local, program) = Socket::pair().expect("sockets");
    let (channel, peer) = ByteStream::connected().expect("sockets");
    let (settings, workers) = (Settings::default(), Workers::new(0));
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
        settings: &settings,
        preview: None,
        rate: &rate,
        workers: &workers,
        pulse: &pulse,
        retry: None,
        wakes,
        woken: &woken,
    });
    let outcome = connection.run(|| panic!("on purpose"));
    assert!(matches!(outcome, Outcome::Fault(fault) if fault.at == Party::Ourselves));
    let (mut said, mut sent) = (BytesMut::new(), BytesMut::new());
    let received = program.recv(&mut said, 4096, &mut Default::default()).expect("receives");
    assert!(role == Role::Display || matches!(received, Received::Bytes(_)));
    peer.recv(&mut sent, 4096).expect("receives");
    (said, sent)
}

#[test]
fn a_panic_reaches_the_application_as_an_error() {
    let (said, _) = panicking(Role::App);
    let (header, _, rest) =
        wayland::split_first(&said, wayland::Form::Program).expect("well-formed").expect("whole");
    assert_eq!((header.object, header.opcode, rest.len()), (wayland::ObjectId::DISPLAY, 0, 0));
}

#[test]
fn a_panic_beside_the_compositor_is_told_through_the_channel() {
    let (_, sent) = panicking(Role::Display);
    let mut deframer = Deframer::new();
    deframer.buffer().extend_from_slice(&sent);
    assert!(matches!(deframer.next(), Ok(Some(Frame::Protocol(_)))));
    assert_eq!(deframer.next(), Ok(Some(Frame::Close(0))));
}
