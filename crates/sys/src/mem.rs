//! Memory shared with local programs, and our private copies of what the far side holds.

pub mod file;
pub mod mirror;
mod pages;
pub mod region;
mod shared;

pub use file::SharedFile;
pub use mirror::{Mirror, MirrorError, MirrorSlice, MirrorView};
pub(crate) use region::RegionReader;
pub use region::{AdoptError, FileKind, Region, RegionError};
pub(crate) use shared::SharedBytes;

/// Gives the system what the heap keeps of what was freed, in case that it is wanted again: a burst of work in each of
/// many threads leaves each of an allocator's arenas large. It looks at the whole heap, and those who are at work have
/// to get their pages back: not to be called often.
pub fn trim_heap() {
    crate::platform::trim_heap();
}

/// Has the allocator keep large pieces of memory apart from small ones. What a connection needs only while it works
/// would leave holes between what it keeps for long, and a page with a hole is a whole page. It is for the whole process,
/// so it is for a program to say, not for a library.
pub fn keep_large_apart() {
    crate::platform::keep_large_apart(LARGE);
}

/// A connection's buffers for reading have this size.
const LARGE: usize = 64 << 10;

/// Gives the system the pages of this thread's stack that nothing stands on now: work goes deeper than waiting. To be
/// called right before a long wait.
pub fn trim_stack() {
    crate::platform::trim_stack();
}
