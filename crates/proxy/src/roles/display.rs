//! The display's side of one connection: read the header, connect to the compositor, run.

use std::os::fd::OwnedFd;

use farway_proto::Role;
use farway_sys::net::{ByteStream, Socket};

use super::Seat;
use crate::connection::{Connection, Parts};
use crate::hello::{read_greeting, refuse};
use crate::settings::follow;
use crate::transport::Dial;

/// Serves the channel `stream` with a connection to `compositor`.
pub(super) fn serve(seat: &Seat, stream: OwnedFd, compositor: &dyn Dial) {
    let channel = ByteStream::from(stream);
    let (greeting, deframer) = match read_greeting(&channel, &seat.stop, || seat.is_stopping()) {
        Ok(read) => read,
        Err(error) => return tracing::warn!("channel refused: {error}"),
    };
    let local = match compositor.dial() {
        Ok(local) => Socket::from(local),
        Err(error) => {
            tracing::error!("cannot reach the compositor at {compositor}: {error}");
            refuse(&channel, &format!("farway, display side: cannot reach the compositor: {error}"));
            return;
        }
    };
    let settings = seat.settings();
    let compression = match greeting.compression {
        Some(theirs) => follow(settings.compression, theirs),
        None => settings.compression,
    };
    let connection = Connection::new(Parts {
        role: Role::Display,
        local,
        channel,
        deframer,
        greeting: None,
        version: greeting.negotiated(),
        peer: greeting.capabilities(),
        compression,
        settings,
        preview: seat.service.preview(),
        rate: seat.rate(),
        workers: seat.workers(),
        pulse: seat.pulse(),
        retry: None,
        wakes: seat.wakes.clone(),
        woken: &seat.stop,
    });
    connection.run(|| seat.is_stopping());
}
