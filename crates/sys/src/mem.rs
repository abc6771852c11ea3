//! Memory shared with local programs, and our private copies of what the far side holds.

pub mod file;
pub mod mirror;
mod pages;
pub mod region;
mod shared;

pub use file::SharedFile;
pub use mirror::{Mirror, MirrorError, MirrorSlice};
pub(crate) use region::RegionReader;
pub use region::{AdoptError, FileKind, Region, RegionError};
pub(crate) use shared::SharedBytes;

/// Gives the system what the heap keeps of what was freed, in case that it is wanted again: a burst of work in each of
/// many threads leaves each of an allocator's arenas large. It looks at the whole heap, and those who are at work have
/// to get their pages back: not to be called often.
pub fn trim_heap() {
    crate::platform::trim_heap();
}

/// Gives the system the pages of this thread's stack that nothing stands on now: work goes deeper than waiting. To be
/// called right before a long wait.
pub fn trim_stack() {
    crate::platform::trim_stack();
}
