//! The jobs about moved content: from the engine's words to those of [`farway_sys::moves`] and back.

use std::ops::Range;

use farway_proto::channel::{CopyRect, Update};
use farway_proto::damage::Interval;
use farway_proto::engine::JobError;
use farway_proto::engine::moves::Plane;
use farway_sys::mem::Mirror;
use farway_sys::moves::{Copies, Image, Memory, MoveError, Rect, Scratch, Source, apply, carry, find};

use super::work::of_region;
use crate::store::Content;

/// Where an image may be seen as it was: see [`Source`].
pub(super) struct Before<'a> {
    /// Its file, if that is another one.
    pub content: Option<&'a Content>,
    pub offset: u64,
    pub likely: Option<i64>,
    /// What is found is also copied.
    pub at_once: bool,
}

/// Looks for what is new in an image.
pub(super) fn search(
    content: &Content,
    plane: &Plane,
    before: &Before<'_>,
    intervals: &[Interval],
    scratch: &mut Scratch,
) -> Result<Vec<CopyRect>, JobError> {
    let mirror = mirror(content)?;
    let other = before.content.map(self::mirror).transpose()?;
    let Plane { offset, stride, row, rows, pixel } = *plane;
    let image = Image { offset, stride, row, rows, pixel };
    let source = Source { mirror: other, offset: before.offset, likely: before.likely };
    let damage: Vec<Range<u64>> = intervals.iter().map(|it| it.start..it.end).collect();
    let found = match find(&content.region, mirror, &image, &source, &damage, scratch) {
        // Not every image can be searched. Then all of it is compared.
        Err(MoveError::Range) => return Ok(Vec::new()),
        found => found.map_err(|error| ours(&error))?,
    };
    if before.at_once {
        carry(mirror, &found).map_err(|error| ours(&error))?;
    }
    found.iter().map(|rect| wire(rect).ok_or(JobError::Machine)).collect()
}

/// Copies that go to these intervals of a file's mirror.
pub(super) fn copies<'a>(
    content: &'a Content,
    source: Option<&'a Content>,
    rects: &[CopyRect],
    intervals: &[Range<u64>],
) -> Result<Copies<'a>, JobError> {
    let source = source.map(mirror).transpose()?;
    let rects: Vec<Rect> = rects.iter().map(memory_rect).collect();
    let start = intervals.first().map_or(0, |it| it.start);
    let all = start..intervals.last().map_or(start, |it| it.end);
    Copies::of(mirror(content)?, source, &rects, &all).map_err(|error| ours(&error))
}

fn mirror(content: &Content) -> Result<&Mirror, JobError> {
    content.mirror.as_ref().ok_or(JobError::Machine)
}

/// What went wrong with copies that we have found ourselves.
fn ours(error: &MoveError) -> JobError {
    match error {
        MoveError::Region(error) => of_region(error),
        MoveError::Range | MoveError::Mirror(_) => JobError::Machine,
    }
}

/// Pools are smaller than 2^31 bytes, so everything in them fits.
fn wire(rect: &Rect) -> Option<CopyRect> {
    let word = |value: u64| u32::try_from(value).ok();
    Some(CopyRect {
        dst: word(rect.dst)?,
        src: word(rect.src)?,
        row: word(rect.row)?,
        rows: word(rect.rows)?,
        dst_pitch: word(rect.dst_pitch)?,
        src_pitch: word(rect.src_pitch)?,
    })
}

fn memory_rect(rect: &CopyRect) -> Rect {
    Rect {
        dst: rect.dst.into(),
        src: rect.src.into(),
        row: rect.row.into(),
        rows: rect.rows.into(),
        dst_pitch: rect.dst_pitch.into(),
        src_pitch: rect.src_pitch.into(),
    }
}

fn memory(content: &Content) -> Memory<'_> {
    Memory { region: &content.region, mirror: content.mirror.as_ref() }
}

/// Makes the copies of an update.
pub(super) fn copy(content: &Content, source: Option<&Content>, update: &Update) -> Result<(), JobError> {
    let rects: Vec<Rect> = update.rects().map(|rect| memory_rect(&rect)).collect();
    let target = memory(content);
    apply(target, source.map(memory), &rects).map_err(|error| match error {
        MoveError::Range => JobError::Malformed,
        MoveError::Region(error) => of_region(&error),
        MoveError::Mirror(_) => JobError::Machine,
    })
}
