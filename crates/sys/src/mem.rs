//! Memory shared with local programs, and our private copies of what the far side holds.

pub mod file;
pub mod heap;
pub mod mirror;
mod pages;
pub mod region;
mod shared;

pub use file::SharedFile;
pub use mirror::{Mirror, MirrorError, MirrorSlice};
pub(crate) use region::RegionReader;
pub use region::{AdoptError, FileKind, Region, RegionError};
pub(crate) use shared::SharedBytes;
