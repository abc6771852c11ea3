//! The compositor under test with its clients' sockets, and the descriptors that pass between it and the simulated
//! kernel.
//!
//! Invariant: it gets only what came through sockets; it reads the same memory that the proxy writes to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File as SystemFile;
use std::os::unix::fs::FileExt as _;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use farway_proto::preview::Preview;
use farway_proto::preview::scout::{Scout, State};
use farway_proxy::store::Content;
use farway_sys::mem::RegionError;
use farway_view::effect::{ClientId, Effect};
use farway_view::{Compositor, Config, Descriptor, Memory};

use crate::sim::kernel::{Fd, Kernel};
use crate::sim::problem::Problem;
use crate::sim::wire::Socket;

/// Bytes that a pool of a client has at most.
pub const ROOM: usize = 900_000;

/// A file as the compositor reads it.
#[derive(Debug)]
struct Mapped(Arc<Content>);

impl Memory for Mapped {
    fn len(&self) -> u64 {
        self.0.region.len()
    }

    fn grow(&self, want: u64) -> Result<(), RegionError> {
        let have = self.0.region.len();
        if have < want { Err(RegionError::TooSmall { have, want }) } else { Ok(()) }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError> {
        self.0.region.read(offset, out)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Screen {
    /// The code under test.
    pub view: Compositor,
    kernel: Rc<Kernel>,
    /// To each client, or to its half of the proxy.
    pub out: BTreeMap<ClientId, Socket>,
    /// Ends of pipes that the compositor holds, by the number that it knows them by.
    ends: BTreeMap<u64, Fd>,
    next_end: u64,
    /// All memory that it ever got from each client.
    mapped: BTreeMap<ClientId, Vec<Weak<Content>>>,
    /// The content of all files that it has sent.
    pub files: BTreeSet<Vec<u8>>,
}

impl Screen {
    /// A compositor without clients.
    pub fn new(config: Config, kernel: Rc<Kernel>) -> Self {
        let view = Compositor::new(config);
        let (out, ends, mapped) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { view, kernel, out, ends, next_end: 0, mapped, files: BTreeSet::new() }
    }

    /// What it tells everybody, as a scout finds it out.
    pub fn preview(config: Config) -> Option<Preview> {
        let mut view = Compositor::new(config);
        let client = view.connect();
        let mut scout = Scout::new(Vec::new());
        while scout.state() == State::Asking {
            view.on_bytes(0, client, &scout.take_output(), Vec::new());
            while let Some(effect) = view.poll() {
                if let Effect::Send { bytes, .. } = effect {
                    scout.on_bytes(&bytes);
                }
            }
        }
        scout.preview().cloned()
    }

    /// Somebody has connected.
    pub fn connect(&mut self) -> ClientId {
        let client = self.view.connect();
        self.out.insert(client, Socket::default());
        client
    }

    /// Somebody is gone.
    pub fn disconnect(&mut self, client: ClientId) {
        self.view.disconnect(client);
        self.out.remove(&client);
    }

    /// Moves at most `most` bytes from a client to the compositor; true if there were any.
    ///
    /// # Errors
    /// The compositor throws the client out.
    pub fn read(
        &mut self,
        time: u64,
        client: ClientId,
        from: &mut Socket,
        most: usize,
        early: usize,
    ) -> Result<bool, Problem> {
        let (bytes, fds) = from.receive(most, early);
        if bytes.is_empty() && fds.is_empty() {
            return Ok(false);
        }
        let fds: Vec<Descriptor> = fds.into_iter().map(|fd| self.inward(client, fd)).collect();
        self.view.on_bytes(time, client, &bytes, fds);
        self.absorb()?;
        Ok(true)
    }

    /// Refreshes, if it is time; true if it was.
    ///
    /// # Errors
    /// The compositor throws a client out.
    pub fn tick(&mut self, time: u64) -> Result<bool, Problem> {
        if self.view.poll_timeout().is_none_or(|at| at > time) {
            return Ok(false);
        }
        self.view.on_timeout(time);
        self.absorb()?;
        Ok(true)
    }

    fn absorb(&mut self) -> Result<(), Problem> {
        while let Some(effect) = self.view.poll() {
            match effect {
                Effect::Send { client, bytes, descriptors } => {
                    let fds =
                        descriptors.into_iter().map(|it| self.outward(it)).collect::<Result<Vec<_>, _>>()?;
                    if let Some(out) = self.out.get_mut(&client) {
                        out.send(&bytes, fds);
                    }
                }
                // The error that came before it says why, once it arrives.
                Effect::Disconnect(client) => {
                    if let Some(out) = self.out.get_mut(&client) {
                        out.closed = true;
                    }
                }
                Effect::Feed { to: Descriptor::Token(end), .. } => drop(self.ends.remove(&end)),
                _ => {}
            }
        }
        Ok(())
    }

    fn inward(&mut self, client: ClientId, fd: Fd) -> Descriptor {
        let Fd::File(file) = &fd else {
            self.next_end += 1;
            self.ends.insert(self.next_end, fd);
            return Descriptor::Token(self.next_end);
        };
        let content = match file.content() {
            Some(content) => content,
            None => match Content::heap(ROOM as u64, false) {
                // No proxy has mapped the file: it is the client's own.
                Ok(content) => {
                    let content = Arc::new(content);
                    file.attach(Arc::clone(&content));
                    content
                }
                Err(_) => return Descriptor::Token(0),
            },
        };
        self.mapped.entry(client).or_default().push(Arc::downgrade(&content));
        Descriptor::Memory(Arc::new(Mapped(content)))
    }

    fn outward(&mut self, descriptor: Descriptor) -> Result<Fd, Problem> {
        let bytes = match descriptor {
            Descriptor::Token(end) => {
                return self.ends.remove(&end).ok_or(Problem::WrongFd("an end of a pipe"));
            }
            Descriptor::Memory(memory) => {
                let mut bytes = vec![0; memory.len() as usize];
                memory.read(0, &mut bytes).map_err(|_| Problem::WrongFd("memory"))?;
                bytes
            }
            Descriptor::Fd(fd) => {
                let file = SystemFile::from(fd);
                let size = file.metadata().map_err(|_| Problem::WrongFd("a file"))?.len();
                let mut bytes = vec![0; size as usize];
                file.read_exact_at(&mut bytes, 0).map_err(|_| Problem::WrongFd("a file"))?;
                bytes
            }
        };
        let file = self.kernel.file(bytes.len());
        file.write(0, &bytes);
        self.files.insert(bytes);
        Ok(Fd::File(file))
    }

    /// Pieces of memory that somebody still holds.
    pub fn held(&self) -> usize {
        self.mapped.values().flatten().filter(|it| it.strong_count() > 0).count()
    }

    /// Bytes of the file that a client has passed as its `pool`th, as the compositor sees them.
    pub fn read_file(&self, client: ClientId, pool: usize, at: usize, len: usize) -> Option<Vec<u8>> {
        let content = self.mapped.get(&client)?.get(pool)?.upgrade()?;
        let mut bytes = vec![0; len];
        content.region.read(at as u64, &mut bytes).ok()?;
        Some(bytes)
    }
}
