//! The application's side of one connection: dial the other half, greet it, run.

use std::os::fd::OwnedFd;

use farway_proto::Role;
use farway_proto::channel::{Deframer, Greeting, WireVersion};
use farway_proto::engine::fault::error_event;
use farway_proto::wayland::Form;
use farway_sys::net::{ByteStream, Outbox, Socket};

use super::Seat;
use crate::connection::{Connection, Parts, Retry};
use crate::settings::code;
use crate::transport::Dial;

/// Serves `application` over a channel to whoever answers `dial`.
pub(super) fn serve(seat: &Seat, application: OwnedFd, dial: &dyn Dial) {
    let local = Socket::from(application);
    let channel = match dial.dial() {
        Ok(channel) => ByteStream::from(channel),
        Err(error) => {
            tracing::error!(
                "cannot reach the display side at {dial}: {error}; is `farway client` running there?"
            );
            let mut last_words = Outbox::new();
            let text = format!("farway, application side: cannot reach the display side at {dial}: {error}");
            last_words.push(error_event(&text, Form::Program), Vec::new());
            let _ = last_words.flush(&local);
            return;
        }
    };
    let settings = seat.settings();
    let compression = seat.service.accepted().unwrap_or(settings.compression);
    let redial = || dial.dial().map(ByteStream::from);
    let accepted = |compression| seat.service.remember_accepted(compression);
    let preview = seat.service.preview();
    let connection = Connection::new(Parts {
        role: Role::App,
        local,
        channel,
        deframer: Deframer::new(),
        greeting: Some(Greeting::ours(code(compression), settings.capabilities).to_bytes()),
        version: WireVersion::V16,
        peer: None,
        compression,
        settings,
        preview: preview.clone(),
        rate: seat.rate(),
        workers: seat.workers(),
        pulse: seat.pulse(),
        // Who foretells is of our kind, and what was foretold could not be said again.
        retry: preview.is_none().then(|| Retry::new(compression, &redial, &accepted)),
        wakes: seat.wakes.clone(),
        woken: &seat.stop,
    });
    connection.run(|| seat.is_stopping());
}
