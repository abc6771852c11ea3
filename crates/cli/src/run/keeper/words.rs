//! Small things that a keeper says or understands.

use std::io::IoSlice;
use std::time::Duration;

use farway_proto::session::Kind;
use farway_proto::session::words::{Start, Started, Summary};
use farway_proxy::Settings;
use farway_proxy::session::Bridge;
use farway_proxy::settings::Choice;
use farway_sys::net::{ByteStream, Sent};

use super::stage::Streams;
use super::{Keeper, port_of};

/// Callers at a time.
pub const CALLERS: usize = 64;

/// When to look again whether a caller is late.
pub const SOON: Duration = Duration::from_secs(2);

/// How the near end wants its connections served.
pub fn settings(start: &Start, ours: Settings) -> Settings {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let choice = start.compress.parse().unwrap_or(Choice::Auto);
    Settings {
        compression: choice.compression(),
        adaptive: choice == Choice::Auto,
        threads: if start.threads == 0 { (cpus / 2).max(1) } else { start.threads },
        trace: start.debug,
        ..ours
    }
}

/// A link that is so long is not within a house, in nanoseconds.
const DISTANT: u64 = 5_000_000;
/// What such a link is taken to carry until more is known, in bytes per second.
const ASSUMED: u64 = 6_000_000;

/// What a session's link carries, in bytes per second.
pub fn carried(bridge: &Bridge) -> Option<u64> {
    let assumed = || bridge.round_trip().filter(|trip| *trip >= DISTANT).map(|_| ASSUMED);
    bridge.link_rate().or_else(assumed)
}

/// Opens the command's streams.
pub fn open(bridge: &mut Bridge, streams: Streams) -> Vec<(u32, Kind)> {
    let ports = port_of(streams).into_iter();
    ports.filter_map(|(kind, port)| Some((bridge.open(kind, port)?, kind))).collect()
}

/// Says something over a link that will not be used any more. What does not fit at once is lost.
pub fn send_all(link: &ByteStream, bytes: &[u8]) {
    if !matches!(link.send(&[IoSlice::new(bytes)]), Ok(Sent::Bytes(count)) if count == bytes.len()) {
        tracing::debug!("the near end could not be told");
    }
}

/// What a near end should know that has taken over.
pub fn stranded(windows: usize) -> String {
    let (verb, number) = if windows == 1 { ("waits", "1 window") } else { ("wait", "windows") };
    let number = if windows == 1 { number.to_string() } else { format!("{windows} {number}") };
    format!("{number} of this session {verb} for the display that was lost, and cannot be shown here")
}

impl Keeper {
    /// What the near end must know.
    pub(super) fn started(&self) -> Started {
        Started {
            id: self.home.id.clone(),
            secret: self.secret.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            capabilities: Vec::new(),
        }
    }

    /// Connections whose display is gone for good.
    pub(super) fn stranded_windows(&self) -> usize {
        self.stranded.iter().map(Bridge::len).sum()
    }

    /// The session as one entry of a list.
    pub(super) fn summary(&self) -> Summary {
        let command = match &self.start.command {
            Some(command) => String::from_utf8_lossy(command).into_owned(),
            None => "(shell)".into(),
        };
        Summary {
            id: self.home.id.clone(),
            command,
            age: self.begun.elapsed().as_secs(),
            alone: self.life.alone_since().map(|since| since.elapsed().as_secs()),
            windows: self.house.service.live(),
            stranded: self.stranded_windows(),
            terminal: self.start.terminal.is_some(),
            waits: self.waits(),
        }
    }

    fn waits(&self) -> String {
        let stranded = self.stranded_windows();
        match self.life.alone_since() {
            _ if self.life.is_ending() => "for its processes to end".into(),
            Some(_) => "for its display, which was lost".into(),
            None if stranded > 0 => format!("{stranded} of its windows for a display that was lost"),
            None if self.stage.status().is_some() => "for its windows to be closed".into(),
            None => String::new(),
        }
    }
}
