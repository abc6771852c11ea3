//! The kernel objects of the simulated machines: files and pipes, with ends that are counted by ownership.
//!
//! Not an operating system: there is no descriptor table, an [`Fd`] *is* the descriptor. Invariant: what a
//! pipe's last reader and first writer did is remembered, so that a checker can compare both machines.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use farway_proxy::store::Content;

use super::wire::take;

/// Gives each kernel object of the world its own number.
#[derive(Debug, Default)]
pub struct Kernel(Cell<u32>);

impl Kernel {
    fn next(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }

    /// A file of `size` zero bytes.
    pub fn file(&self, size: usize) -> Rc<File> {
        Rc::new(File {
            id: self.next(),
            bytes: RefCell::new(vec![0; size]),
            written: RefCell::default(),
            content: RefCell::default(),
        })
    }

    /// A file whose bytes are those of a proxy's content.
    pub fn file_of(&self, content: Arc<Content>) -> Rc<File> {
        let file = self.file(0);
        *file.content.borrow_mut() = Some(content);
        file
    }

    /// A pipe that holds at most `room` bytes.
    pub fn pipe(&self, room: usize) -> (ReadEnd, WriteEnd) {
        let pipe = Rc::new(Pipe {
            id: self.next(),
            room,
            held: RefCell::default(),
            readers: Cell::new(1),
            writers: Cell::new(1),
            taken: RefCell::default(),
            given: RefCell::default(),
            compared: Cell::new(0),
        });
        (ReadEnd(Rc::clone(&pipe)), WriteEnd(pipe))
    }
}

/// A descriptor.
#[derive(Debug)]
pub enum Fd {
    /// Of a file.
    File(Rc<File>),
    /// The read end of a pipe.
    Read(ReadEnd),
    /// The write end of a pipe.
    Write(WriteEnd),
}

impl Fd {
    /// The number of the object behind it.
    pub fn id(&self) -> u32 {
        match self {
            Self::File(file) => file.id,
            Self::Read(end) => end.0.id,
            Self::Write(end) => end.0.id,
        }
    }
}

/// A shared-memory file. A proxy's content covers its first bytes once it was adopted.
#[derive(Debug)]
pub struct File {
    /// Its number.
    pub id: u32,
    bytes: RefCell<Vec<u8>>,
    /// What the owner has written beyond the content, as ranges.
    written: RefCell<Vec<(usize, usize)>>,
    content: RefCell<Option<Arc<Content>>>,
}

impl File {
    /// Bytes that it has.
    pub fn len(&self) -> usize {
        self.bytes.borrow().len().max(self.covered())
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn covered(&self) -> usize {
        self.content.borrow().as_ref().map_or(0, |content| content.region.len() as usize)
    }

    /// Makes it longer, as `ftruncate` does.
    pub fn grow(&self, size: usize) {
        let mut bytes = self.bytes.borrow_mut();
        if bytes.len() < size {
            bytes.resize(size, 0);
        }
    }

    /// Writes; bytes beyond the end are lost.
    pub fn write(&self, at: usize, data: &[u8]) {
        let mut bytes = self.bytes.borrow_mut();
        let end = (at + data.len()).min(bytes.len());
        if at < end {
            bytes[at..end].copy_from_slice(&data[..end - at]);
            if end > self.covered() {
                let mut written = self.written.borrow_mut();
                match written.last_mut() {
                    Some(last) if last.1 == at => last.1 = end,
                    _ => written.push((at, end)),
                }
            }
        }
        let end = (at + data.len()).min(self.covered());
        if let (Some(content), true) = (&*self.content.borrow(), at < end) {
            let _ = content.region.write(at as u64, &data[..end - at]);
        }
    }

    /// Reads; bytes beyond the end are zero.
    pub fn read(&self, at: usize, len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        let bytes = self.bytes.borrow();
        let end = (at + len).min(bytes.len());
        if at < end {
            out[..end - at].copy_from_slice(&bytes[at..end]);
        }
        let end = (at + len).min(self.covered());
        if let (Some(content), true) = (&*self.content.borrow(), at < end) {
            let _ = content.region.read(at as u64, &mut out[..end - at]);
        }
        out
    }

    /// The proxy's content, if one has mapped the file.
    pub fn content(&self) -> Option<Arc<Content>> {
        self.content.borrow().clone()
    }

    /// A proxy maps the file: from now on both see the same bytes.
    pub fn attach(&self, content: Arc<Content>) {
        *self.content.borrow_mut() = Some(content);
        self.cover(0);
    }

    /// The proxy's content became longer than `from`: it shows what the file has there.
    pub fn cover(&self, from: usize) {
        let (covered, bytes) = (self.covered(), self.bytes.borrow());
        for (start, end) in self.written.borrow().iter() {
            let (start, end) = ((*start).max(from), (*end).min(covered));
            if let (Some(content), true) = (&*self.content.borrow(), start < end) {
                let _ = content.region.write(start as u64, &bytes[start..end]);
            }
        }
    }
}

#[derive(Debug)]
struct Pipe {
    id: u32,
    room: usize,
    held: RefCell<VecDeque<u8>>,
    readers: Cell<u32>,
    writers: Cell<u32>,
    /// Everything that was ever read.
    taken: RefCell<Vec<u8>>,
    /// Everything that was ever written.
    given: RefCell<Vec<u8>>,
    /// How much of `taken` was compared.
    compared: Cell<usize>,
}

/// What reading a pipe gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// These bytes.
    Data(Vec<u8>),
    /// Nothing yet.
    Empty,
    /// Nothing any more.
    Eof,
}

/// Nobody reads the pipe any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// Remembers a pipe beyond the life of its ends.
#[derive(Clone, Debug)]
pub struct Memory(Rc<Pipe>);

/// The read end of a pipe.
#[derive(Debug)]
pub struct ReadEnd(Rc<Pipe>);

/// The write end of a pipe.
#[derive(Debug)]
pub struct WriteEnd(Rc<Pipe>);

impl ReadEnd {
    /// Takes at most `most` bytes.
    pub fn read(&self, most: usize) -> Read {
        let mut held = self.0.held.borrow_mut();
        let n = most.min(held.len());
        if n == 0 {
            return if self.0.writers.get() == 0 && held.is_empty() { Read::Eof } else { Read::Empty };
        }
        let data = take(&mut held, n);
        self.0.taken.borrow_mut().extend_from_slice(&data);
        Read::Data(data)
    }

    /// What to remember.
    pub fn memory(&self) -> Memory {
        Memory(Rc::clone(&self.0))
    }
}

impl WriteEnd {
    /// Puts in as many bytes as there is room for; returns how many.
    ///
    /// # Errors
    /// Nobody reads.
    pub fn write(&self, data: &[u8]) -> Result<usize, Broken> {
        if self.0.readers.get() == 0 {
            return Err(Broken);
        }
        let mut held = self.0.held.borrow_mut();
        let n = data.len().min(self.0.room - held.len());
        held.extend(&data[..n]);
        self.0.given.borrow_mut().extend_from_slice(&data[..n]);
        Ok(n)
    }

    /// What to remember.
    pub fn memory(&self) -> Memory {
        Memory(Rc::clone(&self.0))
    }
}

impl Drop for ReadEnd {
    fn drop(&mut self) {
        self.0.readers.set(self.0.readers.get() - 1);
    }
}

impl Drop for WriteEnd {
    fn drop(&mut self) {
        self.0.writers.set(self.0.writers.get() - 1);
    }
}

impl Memory {
    /// The pipe's number.
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// True if what was read here is a beginning of what was written to `far`; or all of it, if `whole`.
    pub fn follows(&self, far: &Self, whole: bool) -> bool {
        let (taken, given) = (self.0.taken.borrow(), far.0.given.borrow());
        let from = self.0.compared.replace(taken.len());
        let same = given.get(from..taken.len()) == Some(&taken[from..]);
        same && (!whole || given.len() == taken.len())
    }

    /// True if nobody can read it.
    pub fn is_unread(&self) -> bool {
        self.0.readers.get() == 0
    }
}
