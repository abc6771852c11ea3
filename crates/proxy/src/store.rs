//! The only place that knows both a remote id and its descriptor: content of files, and the program's ends
//! of pipes until they are handed over. Not the pipes that we read and write: see
//! [`crate::connection::pipes`].
//!
//! Invariant: each id has at most one content; a pipe end is handed over once.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use farway_proto::Rid;
use farway_proto::engine::Access;
use farway_proto::engine::fault::FdProblem;
use farway_sys::mem::{AdoptError, Mirror, Region, RegionError, SharedFile};

/// The memory behind one replicated file.
#[derive(Debug)]
pub struct Content {
    /// What the local program sees.
    pub region: Region,
    /// What the twin holds; only where local changes have to be found.
    pub mirror: Option<Mirror>,
    /// The file, where it is we who made it.
    shared: Option<SharedFile>,
}

impl Content {
    /// Content on the heap, for simulations.
    ///
    /// # Errors
    /// No memory.
    pub fn heap(size: u64, mirrored: bool) -> io::Result<Self> {
        let region = Region::heap(usize::try_from(size).map_err(io::Error::other)?);
        Ok(Self { region, mirror: mirrored.then(|| Mirror::new(size)).transpose()?, shared: None })
    }

    /// Grows memory and mirror.
    ///
    /// # Errors
    /// Whose doing it is that it cannot.
    pub fn grow(&self, size: u64) -> Result<(), FdProblem> {
        if let Some(shared) = &self.shared {
            shared.grow(size).map_err(|_| FdProblem::Machine)?;
        }
        self.region.grow(size).map_err(|error| match error {
            RegionError::TooSmall { .. } | RegionError::Shrunk { .. } => FdProblem::TooSmall,
            _ => FdProblem::Machine,
        })?;
        match &self.mirror {
            Some(mirror) => mirror.grow(size).map_err(|_| FdProblem::Machine),
            None => Ok(()),
        }
    }
}

/// Files and pipe ends of one connection.
#[derive(Debug, Default)]
pub struct Store {
    files: BTreeMap<Rid, Arc<Content>>,
    ends: BTreeMap<Rid, OwnedFd>,
}

impl Store {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The content of a file.
    pub fn content(&self, rid: Rid) -> Option<&Arc<Content>> {
        self.files.get(&rid)
    }

    /// Takes over a file of the local program.
    ///
    /// # Errors
    /// Why the descriptor is of no use.
    pub fn adopt_file(&mut self, rid: Rid, fd: OwnedFd, size: u64, mirrored: bool) -> Result<(), FdProblem> {
        let region = Region::adopt(fd, size).map_err(|error| match error {
            AdoptError::NotAFile { .. } => FdProblem::NotAFile,
            AdoptError::TooSmall { .. } => FdProblem::TooSmall,
            AdoptError::Io(_) => FdProblem::Machine,
        })?;
        let mirror = mirrored.then(|| Mirror::new(size)).transpose().map_err(|_| FdProblem::Machine)?;
        self.files.insert(rid, Arc::new(Content { region, mirror, shared: None }));
        Ok(())
    }

    /// Makes a file to share with the local program.
    ///
    /// # Errors
    /// No memory, no descriptors.
    pub fn create_file(&mut self, rid: Rid, size: u64, mirrored: bool, dir: Option<&Path>) -> io::Result<()> {
        let shared = SharedFile::create(size, dir)?;
        let region = Region::of_shared(&shared)?;
        let mirror = mirrored.then(|| Mirror::new(size)).transpose()?;
        self.files.insert(rid, Arc::new(Content { region, mirror, shared: Some(shared) }));
        Ok(())
    }

    /// Keeps the program's end of a pipe until it is handed over.
    pub fn keep_end(&mut self, rid: Rid, end: OwnedFd) {
        self.ends.insert(rid, end);
    }

    /// A descriptor for the local program. For a pipe that has ended, one whose other end is closed.
    ///
    /// # Errors
    /// No descriptors left.
    pub fn hand_over(&mut self, rid: Rid, access: Access) -> io::Result<OwnedFd> {
        match (self.files.get(&rid).and_then(|content| content.shared.as_ref()), access) {
            (Some(file), Access::ReadOnly) => file.share_read_only(),
            (Some(file), _) => file.share(),
            (None, _) => match self.ends.remove(&rid) {
                Some(end) => Ok(end),
                None => Ok(farway_sys::pipe::pipe()?.1),
            },
        }
    }

    /// Lets go of a file.
    pub fn drop_file(&mut self, rid: Rid) {
        self.files.remove(&rid);
    }

    /// Files and pipe ends held.
    pub fn len(&self) -> usize {
        self.files.len() + self.ends.len()
    }

    /// True if nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
