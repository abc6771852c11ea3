//! A peer that cannot follow our compression refuses the header and hangs up (channel.md 2.2). As long as the
//! application has said no more than its first words, nothing is lost: the channel is dialed again with another
//! method, and the words are said again.
//!
//! Invariant: bytes of an application are replayed only if no frame of the peer was ever delivered.

use std::io;

use bytes::Bytes;
use farway_proto::channel::{Deframer, Frame, Greeting};
use farway_proto::engine::Engine;
use farway_proto::wayland::{Form, ObjectId, split_first};
use farway_sys::net::ByteStream;
use farway_sys::pack::Compression;

use super::Connection;
use super::outbox::ChannelOutbox;
use crate::settings::{code, follow};

/// An application's first words are a few requests without descriptors.
const FIRST_WORDS: usize = 4096;

/// What it takes to try again.
pub struct Retry<'a> {
    /// Opens a fresh channel.
    dial: &'a dyn Fn() -> io::Result<ByteStream>,
    /// Told which method the peer accepted.
    accepted: &'a dyn Fn(Compression),
    untried: Vec<Compression>,
    words: Vec<u8>,
    /// The peer's own explanation, if it gave one.
    refusal: Option<Frame>,
}

impl std::fmt::Debug for Retry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Retry").field("untried", &self.untried).finish_non_exhaustive()
    }
}

impl<'a> Retry<'a> {
    /// Everything but `first` is still to be tried.
    pub fn new(
        first: Compression,
        dial: &'a dyn Fn() -> io::Result<ByteStream>,
        accepted: &'a dyn Fn(Compression),
    ) -> Self {
        let all = [Compression::None, Compression::Zstd(0), Compression::Lz4(0)];
        let untried = all.into_iter().filter(|other| !other.matches(first)).collect();
        Self { dial, accepted, untried, words: Vec::new(), refusal: None }
    }
}

impl Connection<'_> {
    /// Remembers what the application said, until the peer has answered.
    pub(super) fn remember(&mut self, words: &[u8], with_fds: bool) {
        let Some(retry) = &mut self.retry else { return };
        if with_fds || retry.words.len() + words.len() > FIRST_WORDS {
            self.retry = None;
        } else {
            retry.words.extend_from_slice(words);
        }
    }

    /// The first frame of the peer: an answer, unless it is a refusal that another method may turn.
    /// Gives the frame back if it is to be delivered.
    pub(super) fn first_frame(&mut self, frame: Frame) -> Option<Frame> {
        if self.retry.is_some() && is_error(&frame) {
            if let Some(retry) = &mut self.retry {
                retry.refusal.get_or_insert_with(|| frame.clone());
            }
            if self.try_again() || self.heard {
                return None; // another try, or the refusal was delivered
            }
        }
        self.heard = true;
        if let Some(retry) = self.retry.take() {
            if is_error(&frame) {
                return retry.refusal.or(Some(frame));
            }
            (retry.accepted)(self.compression);
        }
        Some(frame)
    }

    /// The peer hung up before it said anything. True if another channel is tried.
    pub(super) fn try_again(&mut self) -> bool {
        let Some(mut retry) = self.retry.take() else { return false };
        if let Some((next, channel)) = retry.untried.pop().and_then(|next| Some((next, (retry.dial)().ok()?)))
        {
            let theirs = code(next);
            tracing::info!("the other half refused --compress {}; trying {theirs}", code(self.compression));
            self.compression = follow(self.settings.compression, theirs);
            self.channel = channel;
            self.deframer = Deframer::new();
            self.channel_out = ChannelOutbox::default();
            let greeting = Greeting::ours(theirs, self.settings.capabilities);
            self.channel_out.push_raw(&greeting.to_bytes());
            self.engine = Engine::new(farway_proto::Role::App, self.settings.config());
            let now = self.now();
            // A fault would come again as an effect.
            let _ = self.engine.on_local(now, &retry.words, &mut farway_proto::engine::FdQueue::new());
            self.retry = Some(retry);
            self.perform();
            return true;
        }
        if let Some(refusal) = retry.refusal {
            self.heard = true;
            let now = self.now();
            let _ = self.engine.on_channel(now, refusal);
            self.perform();
        }
        false
    }
}

/// True if the frame is nothing but a `wl_display.error`.
fn is_error(frame: &Frame) -> bool {
    let Frame::Protocol(body) = frame else { return false };
    let body: &Bytes = body;
    matches!(split_first(body, Form::Channel), Ok(Some((header, _, rest)))
        if header.object == ObjectId::DISPLAY && header.opcode == 0 && rest.is_empty())
}
