//! Zstd frames, with contexts that are allocated once.

use std::io::Cursor;

use ::zstd::zstd_safe::{CCtx, CParameter, DCtx, compress_bound, get_frame_content_size};

use super::PackError;

/// The most that one block of a frame decompresses to, and the least bytes that a block takes.
const BLOCK_MOST: usize = 128 * 1024;
const BLOCK_LEAST: usize = 4;

/// For bytes whose frequencies are all there is to them: long repetitions are still found, but nobody looks for short
/// ones, which takes half of the time and finds nothing.
const FREQUENCIES: [CParameter; 3] =
    [CParameter::CompressionLevel(1), CParameter::HashLog(6), CParameter::MinMatch(7)];

/// Contexts; absent until needed.
#[derive(Default)]
pub(super) struct Zstd {
    compressor: Option<CCtx<'static>>,
    /// Set to [`FREQUENCIES`].
    counter: Option<CCtx<'static>>,
    decompressor: Option<DCtx<'static>>,
}

impl Zstd {
    pub(super) fn pack(&mut self, level: i8, src: &[u8], out: &mut Vec<u8>) -> Result<(), PackError> {
        if self.compressor.is_none() {
            self.compressor = Some(CCtx::try_create().ok_or(PackError::Memory)?);
        }
        let Some(context) = &mut self.compressor else { return Err(PackError::Memory) };
        out.try_reserve(compress_bound(src.len())).map_err(|_| PackError::Memory)?;
        let position = out.len() as u64;
        let mut end = Cursor::new(&mut *out);
        end.set_position(position);
        context.compress(&mut end, src, level.into()).map_err(|_| PackError::Memory)?;
        Ok(())
    }

    /// By what is said at [`FREQUENCIES`]. Unpacked as any other.
    pub(super) fn pack_frequencies(&mut self, src: &[u8], out: &mut Vec<u8>) -> Result<(), PackError> {
        if self.counter.is_none() {
            let mut context = CCtx::try_create().ok_or(PackError::Memory)?;
            for parameter in FREQUENCIES {
                context.set_parameter(parameter).map_err(|_| PackError::Memory)?;
            }
            self.counter = Some(context);
        }
        let Some(context) = &mut self.counter else { return Err(PackError::Memory) };
        out.try_reserve(compress_bound(src.len())).map_err(|_| PackError::Memory)?;
        let position = out.len() as u64;
        let mut end = Cursor::new(&mut *out);
        end.set_position(position);
        context.compress2(&mut end, src).map_err(|_| PackError::Memory)?;
        Ok(())
    }

    pub(super) fn unpack(&mut self, src: &[u8], out: &mut [u8]) -> Result<(), PackError> {
        if self.decompressor.is_none() {
            self.decompressor = Some(DCtx::try_create().ok_or(PackError::Memory)?);
        }
        let Some(context) = &mut self.decompressor else { return Err(PackError::Memory) };
        let exact = out.len();
        match context.decompress(out, src) {
            Ok(count) if count == exact => Ok(()),
            Ok(_) => Err(PackError::Length { exact }),
            Err(_) => Err(PackError::Damaged),
        }
    }
}

/// Whether a frame may decompress to so many bytes: by what it says, and by how many blocks it can have.
pub(super) fn possible(src: &[u8], exact: usize) -> bool {
    let blocks = src.len() / BLOCK_LEAST + 1;
    let announced = get_frame_content_size(src).ok().flatten();
    exact <= blocks.saturating_mul(BLOCK_MOST) && announced.is_none_or(|size| size == exact as u64)
}
