//! One job, from beginning to end, on whatever thread. The simulation runs the very same code over heap
//! memory.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use farway_proto::channel::{Name, Update};
use farway_proto::engine::{Done, Job, JobError};
use farway_sys::diff::{self, ApplyError, DiffError, Scratch};
use farway_sys::mem::RegionError;
use farway_sys::moves::Copies;
use farway_sys::pack::{Compression, Packer};
use farway_sys::pixels::Scratch as PixelScratch;

use super::choose::{Class, Sample, Way};
use super::coding::{self, Coding};
use super::moves;
use super::rows::Rows;
use super::shelf::Shelf;
use super::spare::Spare;
use crate::store::Content;

/// What a thread needs to run jobs; kept, because making it anew costs more than most jobs.
#[derive(Debug, Default)]
pub struct Tools {
    pub(super) packer: Packer,
    scratch: Scratch,
    moves: farway_sys::moves::Scratch,
    pub(super) raw: Vec<u8>,
    pub(super) pixels: PixelScratch,
    pub(super) planes: Vec<u8>,
    pieces: Vec<u8>,
    pub(super) spare: Spare,
    /// Where files are kept, if both halves do so.
    pub shelf: Option<Arc<Shelf>>,
    /// Take the time.
    timed: bool,
    sample: Option<Sample>,
}

/// Tools that nobody used for so long are thrown away: more than the blink of a cursor, less than a look aside.
pub const QUIET: Duration = Duration::from_secs(2);

/// Less content than this says nothing of what a way costs.
const TELLING: usize = 16 << 10;

impl Tools {
    /// Tools that also find out what packing costs: see [`Tools::sample`].
    pub fn timed() -> Self {
        Self { timed: true, ..Self::default() }
    }

    /// Tools for one end of a session that keeps files.
    pub fn with(shelf: Option<Arc<Shelf>>) -> Self {
        Self { shelf, ..Self::default() }
    }

    /// What the last job told of the cost of packing, if anything.
    pub fn sample(&mut self) -> Option<Sample> {
        self.sample.take()
    }

    /// Packs with `work`, which gives the bytes before and the payload.
    pub(super) fn measured(
        &mut self,
        class: Class,
        way: Way,
        work: impl FnOnce(&mut Self) -> Result<(usize, Bytes), JobError>,
    ) -> Result<Bytes, JobError> {
        let start = self.timed.then(Instant::now);
        let (before, payload) = work(self)?;
        if let Some(start) = start.filter(|_| before >= TELLING) {
            let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let (before, after) = (before as u64, payload.len() as u64);
            self.sample = Some(Sample { class, way, before, after, nanos });
        }
        Ok(payload)
    }
}

/// Runs a job. `source` is the content of [`Job::source`].
pub fn run(job: Job, content: &Content, source: Option<&Content>, coding: Coding, tools: &mut Tools) -> Done {
    let ticket = job.ticket();
    let result = match job {
        Job::Diff { intervals, tail, pitch, copies, .. } => {
            let intervals: Vec<Range<u64>> = intervals.iter().map(|i| i.start..i.end).collect();
            let copies = copies.map(|it| moves::copies(content, source, &it.rects, &intervals)).transpose();
            copies
                .and_then(|copies| difference((content, copies), &intervals, (tail, pitch), coding, tools))
                .map(|update| Done::Update(ticket, update))
        }
        Job::Fill { range, .. } => whole(content, range.start..range.end, coding.of_channel(), tools)
            .map(|update| Done::Update(ticket, Some(update))),
        Job::Move { plane, source_offset, likely, at_once, intervals, .. } => {
            let before = moves::Before { content: source, offset: source_offset, likely, at_once };
            moves::search(content, &plane, &before, &intervals, &mut tools.moves)
                .map(|rects| Done::Moved(ticket, rects))
        }
        Job::Apply { update: update @ Update::Copy { .. }, .. } => {
            moves::copy(content, source, &update).map(|()| Done::Applied(ticket))
        }
        Job::Apply { update, .. } => apply(content, &update, coding.of_channel(), tools)
            .map(|kept| kept.map_or(Done::Applied(ticket), |name| Done::Kept(ticket, name))),
    };
    result.unwrap_or_else(|error| Done::Failed(ticket, error))
}

/// The payload of an update from the raw bytes in `tools`.
pub(super) fn pack(compression: Compression, tools: &mut Tools) -> Result<Bytes, JobError> {
    let mut packed = tools.spare.take();
    if compression == Compression::None {
        std::mem::swap(&mut packed, &mut tools.raw);
    } else {
        tools.packer.pack(compression, &tools.raw, &mut packed).map_err(|_| JobError::Machine)?;
    }
    Ok(tools.spare.lend(packed))
}

fn difference(
    (content, copies): (&Content, Option<Copies<'_>>),
    intervals: &[Range<u64>],
    (tail, pitch): (bool, u32),
    coding: Coding,
    tools: &mut Tools,
) -> Result<Option<Update>, JobError> {
    let mirror = content.mirror.as_ref().ok_or(JobError::Machine)?;
    tools.raw.clear();
    let (raw, scratch) = (&mut tools.raw, &mut tools.scratch);
    let found = diff::diff_after(copies.as_ref(), &content.region, mirror, intervals, tail, raw, scratch);
    // It holds parts of mirrors, and what follows takes time.
    drop(copies);
    let found = found.map_err(|error| match error {
        DiffError::Region(error) => of_region(&error),
        _ => JobError::Machine,
    })?;
    if found.is_empty() {
        return Ok(None);
    }
    let (diff_size, ntrailing) = (found.diff_size, found.ntrailing);
    let changes = u64::from(diff_size) + u64::from(ntrailing);
    let mut class = Class::Drawn;
    let all: u64 = intervals.iter().map(|it| it.end - it.start).sum();
    if ntrailing == 0 && coding.may_predict(all) {
        if let Some(rows) = Rows::of(intervals, pitch).filter(|_| changes * 2 > all) {
            // The mirror is what was sent, whatever the program writes meanwhile.
            let content = rows.collect(mirror, std::mem::take(&mut tools.pieces))?;
            class = rows.class(&content);
            let update = match coding.way(class, (changes, Some(all))) {
                Some(Way::Predicted) => rows.predict(&content, class, tools)?,
                _ => None,
            };
            tools.pieces = content.into_memory();
            if update.is_some() {
                return Ok(update);
            }
        }
    }
    let Some(way) = coding.way(class, (changes, None)) else {
        return Ok(Some(Update::Diff { diff_size, ntrailing, payload: pack(coding.of_channel(), tools)? }));
    };
    let payload = tools.measured(class, way, |tools| {
        let before = tools.raw.len();
        Ok((before, pack(way.compression(), tools)?))
    })?;
    Ok(Some(match way.compression().matches(coding.of_channel()) {
        true => Update::Diff { diff_size, ntrailing, payload },
        false => Update::Packed { coding: coding::name(way.compression()), diff_size, ntrailing, payload },
    }))
}

fn whole(
    content: &Content,
    range: Range<u64>,
    compression: Compression,
    tools: &mut Tools,
) -> Result<Update, JobError> {
    let bounds = (u32::try_from(range.start), u32::try_from(range.end));
    let (Ok(start), Ok(end)) = bounds else { return Err(JobError::Machine) };
    // Not cleared before: all of it is read.
    tools.raw.resize((end - start) as usize, 0);
    content.region.read(range.start, &mut tools.raw).map_err(|error| of_region(&error))?;
    if let Some(mirror) = &content.mirror {
        let mut copy = mirror.lock(range).map_err(|_| JobError::Machine)?;
        copy.copy_from_slice(&tools.raw);
    } else if range == (0..content.region.len()) {
        if let Some(name) = tools.shelf.as_ref().and_then(|shelf| shelf.send(&tools.raw)) {
            return Ok(Update::Named { size: end, name: Bytes::copy_from_slice(&name) });
        }
    }
    Ok(Update::Fill { start, end, payload: pack(compression, tools)? })
}

fn apply(
    content: &Content,
    update: &Update,
    compression: Compression,
    tools: &mut Tools,
) -> Result<Option<Name>, JobError> {
    let shelf = tools.shelf.clone();
    let compression = match update {
        Update::Pixels { start, pitch, row, coding, .. } => {
            let rows = Rows::parse(*start, *pitch, *row, *coding).ok_or(JobError::Malformed)?;
            return rows.restore(update, content, tools).map(|()| None);
        }
        Update::Named { name, .. } => {
            let file = shelf.and_then(|shelf| shelf.find(name)).ok_or(JobError::Malformed)?;
            let (region, mirror) = (&content.region, content.mirror.as_ref());
            let fits = file.len() as u64 == region.len();
            let written =
                fits.then(|| diff::apply_fill(region, mirror, 0, &file)).ok_or(JobError::Malformed)?;
            return written.map(|()| None).map_err(|error| of_apply(&error));
        }
        Update::Packed { coding, .. } => coding::named(*coding).ok_or(JobError::Malformed)?,
        Update::Fill { .. } | Update::Diff { .. } | Update::Copy { .. } => compression,
    };
    let exact = usize::try_from(update.unpacked()).map_err(|_| JobError::Malformed)?;
    let data = tools.packer.unpack(compression, update.payload(), exact).map_err(|_| JobError::Malformed)?;
    let (region, mirror) = (&content.region, content.mirror.as_ref());
    let result = match update {
        Update::Fill { start, .. } => diff::apply_fill(region, mirror, u64::from(*start), data),
        Update::Pixels { .. } | Update::Named { .. } => Ok(()),
        Update::Diff { diff_size, ntrailing, .. } | Update::Packed { diff_size, ntrailing, .. } => {
            diff::apply_diff(region, mirror, data, *diff_size as usize, *ntrailing as usize).map(drop)
        }
        Update::Copy { .. } => return Err(JobError::Machine),
    };
    result.map_err(|error| of_apply(&error))?;
    let whole = matches!(update, Update::Fill { start: 0, .. }) && exact as u64 == region.len();
    Ok(shelf.filter(|_| whole && mirror.is_none()).and_then(|shelf| shelf.keep(data)))
}

pub(super) fn of_apply(error: &ApplyError) -> JobError {
    match error {
        ApplyError::Region(error) => of_region(error),
        ApplyError::Mirror(_) => JobError::Machine,
        _ => JobError::Malformed,
    }
}

pub(super) fn of_region(error: &RegionError) -> JobError {
    match error {
        RegionError::Shrunk { .. }
        | RegionError::ReadOnly
        | RegionError::TooSmall { .. }
        | RegionError::OutOfRange { .. } => JobError::Shrunk,
        RegionError::Shrink { .. } | RegionError::Io(_) => JobError::Machine,
    }
}
