//! Moved content on its way out: when to look for it, and where. Not the search, which is a [`Job`], nor the copying on
//! the other half: see `lanes`.
//!
//! A scroll is in the buffer that its surface showed last, so that one is the source, if its content is on its way and
//! nothing works on it; else the buffer's own old content. Invariants: copies are sent before the rest of the damage is
//! compared; nothing else uses a source while it is copied from; the other half knows every source it is told of, as
//! its buffer is not destroyed before this batch. What a compositor may have written to is no source: there are no
//! copies once an application has a way to capture.

use super::effect::{Copies, Done, Effect, Job, JobError};
use super::fault::{Fault, Party};
use super::state::State;
use super::{Engine, Purpose};
use crate::channel::{Capabilities, CopyRect, Frame, Update};
use crate::damage::{Intervals, ShmImage};
use crate::format;
use crate::ids::{Rid, Role};
use crate::objects::Buffer;
use crate::wayland::ObjectId;

/// What is less than so small a part of the damage is not worth a search: packing it costs no more.
const LITTLE: u64 = 16;
/// Searches that may find nothing before they become rarer.
const TRIALS: u32 = 2;
/// Commits that are let pass after many such, as a power of two.
const RAREST: u32 = 4;

/// Rows of whole pixels in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Plane {
    /// Its first byte.
    pub offset: u64,
    /// Bytes from one row to the next.
    pub stride: u64,
    /// Bytes of pixels in a row.
    pub row: u64,
    /// How many rows.
    pub rows: u64,
    /// Bytes of a pixel.
    pub pixel: u64,
}

impl Plane {
    /// The plane of an image whose pixels have their own whole bytes, and lie at whole ones in each row.
    fn of(image: &ShmImage) -> Option<Self> {
        let pixel = u64::from(format::layout(image.format)?.bytes_per_pixel()?);
        let number = |value: i32| u64::try_from(value).ok();
        let (offset, stride) = (number(image.offset)?, number(image.stride)?);
        let (row, rows) = (number(image.width)? * pixel, number(image.height)?);
        (row > 0 && rows > 0 && stride >= row && stride % pixel == 0).then_some(Self {
            offset,
            stride,
            row,
            rows,
            pixel,
        })
    }

    fn end(&self) -> u64 {
        self.offset + self.stride * (self.rows - 1) + self.row
    }

    fn is_like(&self, other: &Self) -> bool {
        Self { offset: 0, ..*self } == Self { offset: 0, ..*other }
    }
}

/// A commit from which something may be learned about a file.
#[derive(Clone, Debug)]
pub struct Hint {
    surface: ObjectId,
    plane: Plane,
    /// File and offset of what the surface showed before.
    before: Option<(Rid, u64)>,
    /// Bytes of damage.
    weight: u64,
}

/// A search that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    rid: Rid,
    /// Another file that it looks in.
    source: Option<Rid>,
    /// Whose commit it is for.
    surface: ObjectId,
    /// Bytes in which it looks.
    damage: u64,
    /// So many bytes later the image begins where it is looked for.
    later: i64,
    /// What it finds is copied by itself.
    at_once: bool,
}

/// What is remembered of a surface.
#[derive(Debug, Default)]
pub struct Moves {
    /// The buffer of the last commit, and its serial.
    last: Option<(ObjectId, u64)>,
    /// Searches that found nothing, or little, since one did.
    fruitless: u32,
    /// Commits to let pass.
    pause: u32,
    /// How far most of what moved last did: see [`Job::Move`].
    likely: Option<i64>,
}

impl State {
    /// A commit shows `buffer`, in which these bytes may have changed.
    pub fn look_for_moves(&mut self, surface: ObjectId, buffer: &Buffer, damage: &Intervals) {
        let able = self.role == Role::App && !self.captures && self.agreed().has(Capabilities::COPIES);
        let Some(it) = self.objects.surface(surface).filter(|_| able) else { return };
        let last = std::mem::replace(&mut it.moves.last, it.attached);
        let weight = damage.total();
        if weight < self.config.moves_from {
            return;
        }
        if it.moves.pause > 0 {
            it.moves.pause -= 1;
            return;
        }
        let Some(plane) = Plane::of(&buffer.image) else { return };
        let before = last.and_then(|(id, serial)| {
            let old = self.objects.buffer(id).filter(|old| old.serial == serial && !old.destroyed)?;
            let theirs = Plane::of(&old.image).filter(|it| it.is_like(&plane))?;
            Some((old.rid, theirs.offset))
        });
        let Some(file) = self.shadows.file(buffer.rid) else { return };
        if file.hint.as_ref().is_none_or(|hint| hint.weight <= weight) {
            file.hint = Some(Hint { surface, plane, before, weight });
        }
    }

    /// Remembers whether a search was worth it, and how far things have moved.
    fn learn(&mut self, search: &Search, rects: &[CopyRect]) {
        let Some(surface) = self.objects.surface(search.surface) else { return };
        let moves = &mut surface.moves;
        let moved = rects.iter().filter(|rect| distance(rect) != search.later);
        let most = moved.max_by_key(|rect| rect.bytes());
        moves.likely = most.map(|rect| distance(rect) - search.later);
        let found: u64 = rects.iter().map(CopyRect::bytes).sum();
        let little = found * LITTLE <= search.damage;
        moves.fruitless = if little { moves.fruitless.saturating_add(1) } else { 0 };
        if moves.fruitless >= TRIALS {
            moves.pause = 1 << (moves.fruitless - TRIALS).min(RAREST);
        }
    }
}

/// Bytes from where a rectangle goes to where it comes from.
fn distance(rect: &CopyRect) -> i64 {
    i64::from(rect.src) - i64::from(rect.dst)
}

impl Engine {
    /// Starts the search in a file of the batch, if it is to be. What the batch has for it waits for the answer.
    pub(super) fn start_move(&mut self, rid: Rid) -> bool {
        let Some(file) = self.state.shadows.file(rid) else { return false };
        let Some(hint) = file.hint.take() else { return false };
        let Some((intervals, tail)) = file.compared().filter(|_| hint.plane.end() <= file.size) else {
            return false;
        };
        let (own_size, tail) = (file.size, tail.then(|| file.tail()));
        let (source, source_offset) = match hint.before {
            Some((other, offset)) if other == rid => (None, offset),
            Some((other, offset)) if self.is_source(other) => (Some(other), offset),
            _ => (None, hint.plane.offset),
        };
        let size = source.and_then(|it| Some(self.state.shadows.file(it)?.size)).unwrap_or(own_size);
        let there = Plane { offset: source_offset, ..hint.plane };
        if there.end() > size {
            return false;
        }
        let likely = self.state.objects.surface(hint.surface).and_then(|it| it.moves.likely);
        let damage = intervals.total();
        let intervals = intervals.as_slice().to_vec();
        // What is compared changes, and what is copied from must not.
        let at_once = source.is_none()
            && intervals.iter().chain(&tail).any(|it| it.start < there.end() && there.offset < it.end);
        let later = source_offset as i64 - hint.plane.offset as i64;
        let search = Search { rid, source, surface: hint.surface, damage, later, at_once };
        let ticket = self.ticket(Purpose::Move(search));
        for used in [Some(rid), source].into_iter().flatten() {
            self.state.shadows.get_mut(used).into_iter().for_each(|shadow| shadow.sending += 1);
        }
        self.batch.outstanding += 1;
        let plane = hint.plane;
        let job = Job::Move { ticket, rid, plane, source, source_offset, likely, at_once, intervals };
        self.state.effects.push_back(Effect::Run(job));
        true
    }

    /// Nothing works on this file, and nothing will before the copy is made.
    fn is_source(&mut self, rid: Rid) -> bool {
        let waits = self.batch.unstarted.contains(&rid);
        let idle = self.state.shadows.get(rid).is_some_and(|shadow| shadow.open && shadow.is_idle());
        idle && !waits && rid.is_of(self.state.role)
    }

    /// A search ended: copies go first, then what is left is compared.
    pub(super) fn moved(&mut self, search: &Search, done: Done) -> Result<(), Fault> {
        let Search { rid, source, .. } = *search;
        self.batch.outstanding -= 1;
        self.unused(rid, source);
        let rects = match done {
            Done::Moved(_, rects) => rects,
            Done::Failed(_, error) => return Err(self.unsent(error)),
            Done::Update(..) | Done::Applied(_) | Done::Kept(..) => Vec::new(),
        };
        self.state.learn(search, &rects);
        if !rects.is_empty() {
            let update = Update::copy(source.unwrap_or(rid), &rects);
            self.state.send(Frame::Update(rid, update));
        }
        let copies = (!search.at_once && !rects.is_empty()).then(|| Copies { source, rects: rects.into() });
        self.start_comparing(rid, copies);
        self.free_again(rid, source)
    }

    /// The fault of a job that was to send something.
    pub(super) fn unsent(&self, error: JobError) -> Fault {
        let at = match error {
            JobError::Shrunk => Party::local(self.state.role),
            JobError::Malformed | JobError::Machine => Party::Ourselves,
        };
        Fault { at, reason: error.into() }
    }
}

/// Rectangles of one update, at most.
pub(super) const MAX_RECTS: usize = 64;

/// True if the copies of an update stay within files of these sizes.
pub(super) fn fit(update: &Update, target: u64, source: u64, same_file: bool) -> bool {
    let fits = |rect: CopyRect| rect.fits(target, source, same_file);
    update.rects().take(MAX_RECTS + 1).count() <= MAX_RECTS && update.rects().all(fits)
}
