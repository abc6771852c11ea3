//! Memory that others may write at any time: read and written by copying or by address, never lent out as a slice.
//!
//! One type over three backings. The heap serves simulations. A file that cannot shrink is mapped. Any other file of
//! a local program is read and written by position, since touching a mapping of a file that was cut short raises
//! SIGBUS, and a library cannot catch that. Invariant: no access here can fault, whatever the other program does.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustix::fs::FileType;
use rustix::io::Errno;

use super::file::SharedFile;
use super::shared::{Mapping, SharedBytes};
use crate::platform;

/// The memory of one shared file, of which the first `len` bytes count.
#[derive(Debug)]
pub struct Region {
    backing: Backing,
}

#[derive(Debug)]
enum Backing {
    Heap(RwLock<Vec<u8>>),
    File { fd: OwnedFd, mappable: bool, state: RwLock<State> },
}

#[derive(Debug)]
struct State {
    size: u64,
    /// `None`: by position. Else a mapping of `size` bytes.
    mapping: Option<Mapping>,
}

/// What a descriptor is, if it is no file with contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A pipe, named or not.
    Fifo,
    /// A socket.
    Socket,
    /// A device, or a terminal.
    Device,
    /// Something else, such as an eventfd.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Directory => "directory",
            Self::Fifo => "pipe",
            Self::Socket => "socket",
            Self::Device => "device",
            Self::Other => "special file",
        })
    }
}

/// Why a file of a local program cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// It has no contents by position.
    #[error("a {kind} was passed where a file was needed")]
    NotAFile {
        /// What it is.
        kind: FileKind,
    },
    /// It is shorter than was said.
    #[error("the file has {have} bytes, not the {want} that were announced")]
    TooSmall {
        /// Bytes it has.
        have: u64,
        /// Bytes that were announced.
        want: u64,
    },
    /// The system call failed.
    #[error("cannot examine the file")]
    Io(#[from] io::Error),
}

/// Why memory could not be read, written or enlarged.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    /// Beyond the end.
    #[error("bytes {offset}+{len} are beyond the {size} bytes of the file")]
    OutOfRange {
        /// First byte that was asked for.
        offset: u64,
        /// How many.
        len: u64,
        /// Bytes that the region has.
        size: u64,
    },
    /// The other program has cut the file short.
    #[error("the file was cut short before byte {at}")]
    Shrunk {
        /// The first byte that is not there.
        at: u64,
    },
    /// The other program gave a file that may only be read.
    #[error("the file is read-only")]
    ReadOnly,
    /// It was to become larger than the file is.
    #[error("the file has {have} bytes, not the {want} that were announced")]
    TooSmall {
        /// Bytes it has.
        have: u64,
        /// Bytes that were announced.
        want: u64,
    },
    /// It was to become smaller.
    #[error("a shared file cannot shrink from {have} to {want} bytes")]
    Shrink {
        /// Bytes it has.
        have: u64,
        /// Bytes that were asked for.
        want: u64,
    },
    /// The system call failed.
    #[error("cannot use the file")]
    Io(#[from] io::Error),
}

impl Region {
    /// Zero-filled memory of our own, for simulations and for programs within this process.
    #[must_use]
    pub fn heap(size: usize) -> Self {
        Self { backing: Backing::Heap(RwLock::new(vec![0; size])) }
    }

    /// The memory of a file of our own, in its present size.
    ///
    /// # Errors
    /// Too many open files.
    pub fn of_shared(file: &SharedFile) -> io::Result<Self> {
        Ok(Self::file(file.share()?, file.size()))
    }

    /// The first `size` bytes of a file that a local program gave us.
    ///
    /// # Errors
    /// It is no regular file, or shorter than `size`.
    pub fn adopt(fd: OwnedFd, size: u64) -> Result<Self, AdoptError> {
        let stat = rustix::fs::fstat(&fd).map_err(io::Error::from)?;
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => None,
            FileType::Directory => Some(FileKind::Directory),
            FileType::Fifo => Some(FileKind::Fifo),
            FileType::Socket => Some(FileKind::Socket),
            FileType::CharacterDevice | FileType::BlockDevice => Some(FileKind::Device),
            _ => Some(FileKind::Other),
        };
        if let Some(kind) = kind {
            return Err(AdoptError::NotAFile { kind });
        }
        let have = u64::try_from(stat.st_size).unwrap_or(0);
        if have < size {
            return Err(AdoptError::TooSmall { have, want: size });
        }
        Ok(Self::file(fd, size))
    }

    /// The file must be `size` bytes long at least.
    fn file(fd: OwnedFd, size: u64) -> Self {
        let mappable = platform::cannot_shrink(fd.as_fd());
        let mapping = map(&fd, mappable, size);
        Self { backing: Backing::File { fd, mappable, state: RwLock::new(State { size, mapping }) } }
    }

    /// Bytes that can be read.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.backing {
            Backing::Heap(bytes) => read_lock(bytes).len() as u64,
            Backing::File { state, .. } => read_lock(state).size,
        }
    }

    /// Whether there is no byte to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether accesses go through a mapping or the heap rather than through system calls.
    #[must_use]
    pub fn is_mapped(&self) -> bool {
        match &self.backing {
            Backing::Heap(_) => true,
            Backing::File { state, .. } => read_lock(state).mapping.is_some(),
        }
    }

    /// Makes the region `size` bytes long. The file must have become that long before. The same size is no change.
    ///
    /// # Errors
    /// [`RegionError::Shrink`] for a smaller size, [`RegionError::TooSmall`] if the file is not that long.
    pub fn grow(&self, size: u64) -> Result<(), RegionError> {
        let refused = |have: u64| RegionError::Shrink { have, want: size };
        match &self.backing {
            Backing::Heap(bytes) => {
                let mut bytes = bytes.write().unwrap_or_else(PoisonError::into_inner);
                if size < bytes.len() as u64 {
                    return Err(refused(bytes.len() as u64));
                }
                let new = usize::try_from(size).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
                bytes.resize(new, 0);
            }
            Backing::File { fd, mappable, state } => {
                let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
                if size < state.size {
                    return Err(refused(state.size));
                }
                let have = rustix::fs::fstat(fd).map_err(io::Error::from)?.st_size;
                let have = u64::try_from(have).unwrap_or(0);
                if have < size {
                    return Err(RegionError::TooSmall { have, want: size });
                }
                if size > state.size {
                    *state = State { size, mapping: map(fd, *mappable, size) };
                }
            }
        }
        Ok(())
    }

    /// Fills `out` with the bytes from `offset` on. Each byte is read once; bytes that another program writes
    /// meanwhile come out old or new.
    ///
    /// # Errors
    /// [`RegionError::OutOfRange`] beyond the end; [`RegionError::Shrunk`] if the file has become shorter.
    pub fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError> {
        self.reader().read(offset, out)
    }

    /// Writes `data` from `offset` on.
    ///
    /// # Errors
    /// [`RegionError::OutOfRange`] beyond the end; [`RegionError::ReadOnly`] if the program did not allow it.
    pub fn write(&self, offset: u64, data: &[u8]) -> Result<(), RegionError> {
        self.writer().write(offset, data)
    }

    /// The region held for many reads. While it lives the same thread must not call any method of the region.
    pub(crate) fn reader(&self) -> RegionReader<'_> {
        RegionReader(match &self.backing {
            Backing::Heap(bytes) => Reader::Heap(read_lock(bytes)),
            Backing::File { fd, state, .. } => Reader::File { fd, state: read_lock(state) },
        })
    }

    /// The region held for many writes, each of which costs little then. While it lives the same thread must not call
    /// any method of the region.
    pub(crate) fn writer(&self) -> RegionWriter<'_> {
        RegionWriter(match &self.backing {
            Backing::Heap(bytes) => Writer::Heap(bytes.write().unwrap_or_else(PoisonError::into_inner)),
            Backing::File { fd, state, .. } => Writer::File { fd, state: read_lock(state) },
        })
    }
}

/// A region that cannot grow for now.
#[derive(Debug)]
pub(crate) struct RegionReader<'a>(Reader<'a>);

#[derive(Debug)]
enum Reader<'a> {
    Heap(RwLockReadGuard<'a, Vec<u8>>),
    File { fd: &'a OwnedFd, state: RwLockReadGuard<'a, State> },
}

impl RegionReader<'_> {
    /// As [`Region::len`].
    pub(crate) fn len(&self) -> u64 {
        match &self.0 {
            Reader::Heap(bytes) => bytes.len() as u64,
            Reader::File { state, .. } => state.size,
        }
    }

    /// As [`Region::read`].
    pub(crate) fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError> {
        match self.in_place(offset, out.len())? {
            Some(bytes) => bytes.read(0, out),
            None => match &self.0 {
                Reader::Heap(_) => {}
                Reader::File { fd, .. } => read_at(fd, offset, out)?,
            },
        }
        Ok(())
    }

    /// `len` bytes from `offset` on, where they are. `None` if they can only be read by position.
    ///
    /// # Errors
    /// [`RegionError::OutOfRange`] beyond the end.
    pub(crate) fn in_place(&self, offset: u64, len: usize) -> Result<Option<SharedBytes<'_>>, RegionError> {
        let range = within(offset, len, self.len())?;
        Ok(match &self.0 {
            Reader::Heap(bytes) => Some(SharedBytes::of(&bytes[range])),
            Reader::File { state, .. } => state.mapping.as_ref().map(|mapping| mapping.bytes(range)),
        })
    }
}

/// A region that cannot grow for now, and that we write.
#[derive(Debug)]
pub(crate) struct RegionWriter<'a>(Writer<'a>);

#[derive(Debug)]
enum Writer<'a> {
    Heap(RwLockWriteGuard<'a, Vec<u8>>),
    File { fd: &'a OwnedFd, state: RwLockReadGuard<'a, State> },
}

impl RegionWriter<'_> {
    /// As [`Region::write`].
    pub(crate) fn write(&mut self, offset: u64, data: &[u8]) -> Result<(), RegionError> {
        match &mut self.0 {
            Writer::Heap(bytes) => {
                let range = within(offset, data.len(), bytes.len() as u64)?;
                bytes[range].copy_from_slice(data);
                Ok(())
            }
            Writer::File { fd, state } => {
                let range = within(offset, data.len(), state.size)?;
                match &state.mapping {
                    Some(mapping) if mapping.writable() => mapping.write(range.start, data),
                    Some(_) => return Err(RegionError::ReadOnly),
                    None => write_at(fd, offset, data)?,
                }
                Ok(())
            }
        }
    }
}

fn read_lock<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn map(fd: &OwnedFd, mappable: bool, size: u64) -> Option<Mapping> {
    let len = usize::try_from(size).ok().filter(|&len| mappable && len > 0 && len <= isize::MAX as usize)?;
    Mapping::of(fd.as_fd(), len)
}

/// The range of indices, if it lies within `size`. Sizes above the address space occur with files read by position;
/// their offsets are not used as indices then.
#[allow(clippy::cast_possible_truncation)]
fn within(offset: u64, len: usize, size: u64) -> Result<std::ops::Range<usize>, RegionError> {
    match offset.checked_add(len as u64) {
        Some(end) if end <= size => Ok(offset as usize..end as usize),
        _ => Err(RegionError::OutOfRange { offset, len: len as u64, size }),
    }
}

fn read_at(fd: &OwnedFd, mut offset: u64, mut out: &mut [u8]) -> Result<(), RegionError> {
    while !out.is_empty() {
        match rustix::io::pread(fd, &mut *out, offset) {
            Ok(0) => return Err(RegionError::Shrunk { at: offset }),
            Ok(count) => {
                offset += count as u64;
                out = &mut out[count..];
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(RegionError::Io(error.into())),
        }
    }
    Ok(())
}

fn write_at(fd: &OwnedFd, mut offset: u64, mut data: &[u8]) -> Result<(), RegionError> {
    while !data.is_empty() {
        match rustix::io::pwrite(fd, data, offset) {
            Ok(count) => {
                offset += count as u64;
                data = &data[count..];
            }
            Err(Errno::INTR) => {}
            Err(Errno::BADF | Errno::PERM) => return Err(RegionError::ReadOnly),
            Err(error) => return Err(RegionError::Io(error.into())),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
