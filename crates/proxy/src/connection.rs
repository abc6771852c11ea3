//! One connection: an engine, the local socket, the stream to the other half, and what belongs to them.
//!
//! Not the thinking: every effect is carried out as it comes. Invariants: one thread; no call blocks but the
//! one poll; a side is read only while the engine has appetite and our own queues are short.

mod effects;
mod fds;
mod outbox;
pub mod pipes;
mod pump;
mod rest;
mod retry;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use farway_proto::channel::{Capabilities, Deframer, WireVersion};
use farway_proto::engine::{Engine, Job, Outcome};
use farway_proto::preview::Preview;
use farway_proto::{Now, Role};
use farway_sys::clock::{self, ClockId};
use farway_sys::event::{PollSet, WakeReceiver, Waker};
use farway_sys::net::{ByteStream, Outbox, Socket};
use farway_sys::pack::Compression;

use crate::bench::{Home, Tools, Workers};
use crate::pulse::{Heart, Pulse};
use crate::settings::Settings;
use crate::store::Store;
use fds::Fds;
use outbox::ChannelOutbox;
use pipes::Pipes;
use rest::Rest;

pub use retry::Retry;

/// What a connection is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// Which half this is.
    pub role: Role,
    /// The socket of the local program.
    pub local: Socket,
    /// The stream to the other half.
    pub channel: ByteStream,
    /// Bytes that were read from it already.
    pub deframer: Deframer,
    /// Bytes to send on it before anything else.
    pub greeting: Option<[u8; 16]>,
    /// The version in force.
    pub version: WireVersion,
    /// What the header said that the other half can do: see [`farway_proto::engine::Config::peer`].
    pub peer: Option<Capabilities>,
    /// How content is packed on this channel.
    pub compression: Compression,
    /// The user's choices.
    pub settings: &'a Settings,
    /// What the compositor is known to tell: see [`farway_proto::engine::Config::preview`].
    pub preview: Option<Arc<Preview>>,
    /// Bytes per second that the link carries, as whoever has the link knows it; 0 if nobody does.
    pub rate: &'a AtomicU64,
    /// Threads for large frames.
    pub workers: &'a Workers,
    /// Who tells it that nothing happens.
    pub pulse: &'a Pulse,
    /// How to try another compression if the peer refuses this one.
    pub retry: Option<Retry<'a>>,
    /// Rung by the workers and by whoever wants the connection to end.
    pub wakes: Waker,
    /// Its other end.
    pub woken: &'a WakeReceiver,
}

/// A running connection.
#[derive(Debug)]
pub struct Connection<'a> {
    role: Role,
    engine: Engine,
    local: Socket,
    channel: ByteStream,
    deframer: Deframer,
    local_out: Outbox,
    channel_out: ChannelOutbox,
    fds: Fds,
    store: Store,
    pipes: Pipes,
    jobs: VecDeque<Job>,
    /// Jobs that workers have.
    away: usize,
    /// Workers may not have begun all of them, and we have paused to see whether anybody has something to say.
    jobs_left: bool,
    /// Frames have come that were not taken yet, for the same reason.
    frames_left: bool,
    home: Arc<Home>,
    tools: Tools,
    compression: Compression,
    settings: &'a Settings,
    rate: &'a AtomicU64,
    workers: &'a Workers,
    woken: &'a WakeReceiver,
    polls: PollSet,
    clocks: Clocks,
    /// The channel's queue was lengthened.
    long: bool,
    /// The other half has answered.
    heard: bool,
    retry: Option<Retry<'a>>,
    rest: Rest<'a>,
    local_gone: bool,
    channel_gone: bool,
    outcome: Option<Outcome>,
}

impl<'a> Connection<'a> {
    /// A connection that is ready to run. In a box: on the stack of a thread that sleeps in its depth, it would keep
    /// pages that nothing else needs.
    pub fn new(parts: Parts<'a>) -> Box<Self> {
        let mut config = parts.settings.config();
        config.version = parts.version;
        config.preview = parts.preview;
        config.peer = parts.peer;
        let mut channel_out = ChannelOutbox::default();
        if let Some(greeting) = parts.greeting {
            channel_out.push_raw(&greeting);
        }
        Box::new(Self {
            role: parts.role,
            engine: Engine::new(parts.role, config),
            local: parts.local,
            channel: parts.channel,
            deframer: parts.deframer,
            local_out: Outbox::new(),
            channel_out,
            fds: Fds::default(),
            store: Store::new(),
            pipes: Pipes::default(),
            jobs: VecDeque::new(),
            away: 0,
            jobs_left: false,
            frames_left: false,
            home: Home::new(parts.wakes.clone()),
            tools: Tools::timed(),
            compression: parts.compression,
            settings: parts.settings,
            rate: parts.rate,
            workers: parts.workers,
            woken: parts.woken,
            polls: PollSet::new(),
            clocks: Clocks::default(),
            long: false,
            heard: false,
            retry: parts.retry,
            rest: Rest::new(parts.pulse, Heart::new(parts.wakes)),
            local_gone: false,
            channel_gone: false,
            outcome: None,
        })
    }

    fn now(&mut self) -> Now {
        self.clocks.now(self.engine.presentation_clock())
    }

    /// Whether what was begun at `begin` is to pause.
    fn is_long(&mut self, begin: Now) -> bool {
        let spent = self.now().instant.0.saturating_sub(begin.instant.0);
        spent >= self.settings.slice.as_nanos() as u64
    }
}

/// The machine's clocks as the engine may know them. They are read once between two things that take time, which are
/// told by [`Clocks::pass`]. Offsets are sampled anew when they are older than [`Clocks::FRESH`]: they change only when
/// somebody sets the wall clock or the machine slept.
#[derive(Debug, Default)]
struct Clocks {
    last: Now,
    /// No time to speak of has passed since.
    current: bool,
    sampled: Option<(u64, Option<u32>)>,
}

impl Clocks {
    const FRESH: u64 = 20_000_000;
    const MONOTONIC_OF_LINUX: u32 = 1;

    /// Time passes: waiting, working, or writing.
    fn pass(&mut self) {
        self.current = false;
    }

    fn now(&mut self, presentation: Option<u32>) -> Now {
        if !std::mem::replace(&mut self.current, true) {
            self.last.instant = farway_proto::Instant(clock::monotonic());
        }
        let instant = self.last.instant.0;
        let fresh = self.sampled.is_some_and(|(at, of)| of == presentation && instant - at < Self::FRESH);
        if !fresh {
            let monotonic = ClockId::from_canonical(Self::MONOTONIC_OF_LINUX);
            self.last.monotonic_offset = monotonic.map_or(0, clock::offset_to_realtime);
            self.last.presentation_offset = match presentation.and_then(ClockId::from_local) {
                Some(id) => clock::offset_to_realtime(id),
                None => self.last.monotonic_offset,
            };
            self.sampled = Some((instant, presentation));
        }
        self.last
    }
}
