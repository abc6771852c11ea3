//! A mapping of a file that other programs write at the same time.
//!
//! It hands out copies or addresses, never references: bytes here change under our hands, which a Rust reference must
//! never see. The copying functions are kept opaque to the optimiser, so that nothing is read from shared memory twice.

use std::hint::black_box;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags};

/// A live mapping of the first `len` bytes of a file that cannot shrink. Bounds are the caller's duty, in debug
/// builds asserted.
#[derive(Debug)]
pub(super) struct Mapping {
    ptr: NonNull<u8>,
    len: usize,
    writable: bool,
}

// SAFETY: the mapping belongs to the process, not to a thread.
unsafe impl Send for Mapping {}
// SAFETY: concurrent access is what shared memory is about; it happens only inside the copying functions below.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `len` bytes, for writing too if that is allowed. `None` if the file cannot be mapped; `len` must not be 0,
    /// and the file must be at least that long for good.
    pub(super) fn of(file: BorrowedFd<'_>, len: usize) -> Option<Self> {
        let write = ProtFlags::READ | ProtFlags::WRITE;
        // A write seal refuses shared mappings altogether on older kernels; then a private one shows the same
        // bytes, for they cannot change.
        let manners = [
            (write, MapFlags::SHARED),
            (ProtFlags::READ, MapFlags::SHARED),
            (ProtFlags::READ, MapFlags::PRIVATE),
        ];
        manners.into_iter().find_map(|(protection, flags)| {
            let ptr = map(file, len, protection, flags).ok()?;
            Some(Self { ptr, len, writable: protection == write })
        })
    }

    pub(super) fn writable(&self) -> bool {
        self.writable
    }

    /// The bytes where they are.
    pub(super) fn bytes(&self, range: Range<usize>) -> SharedBytes<'_> {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: checked above.
        let ptr = unsafe { self.ptr.as_ptr().add(range.start) };
        SharedBytes { ptr, len: range.len(), life: PhantomData }
    }

    pub(super) fn write(&self, offset: usize, data: &[u8]) {
        assert!(self.writable && offset <= self.len && data.len() <= self.len - offset);
        // SAFETY: checked above; `data` is private memory, so the two do not overlap.
        unsafe { copy(data.as_ptr(), self.ptr.as_ptr().add(offset), data.len()) };
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nobody has a pointer into it.
        let _ = unsafe { rustix::mm::munmap(self.ptr.as_ptr().cast(), self.len) };
    }
}

/// Where bytes are that others may write at any time. For the life `'a` they can be read without a fault; what is read
/// twice may differ, and no reference to them may be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharedBytes<'a> {
    ptr: *const u8,
    len: usize,
    life: PhantomData<&'a u8>,
}

impl<'a> SharedBytes<'a> {
    /// Bytes that in truth nobody writes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { ptr: bytes.as_ptr(), len: bytes.len(), life: PhantomData }
    }

    pub(crate) fn as_ptr(self) -> *const u8 {
        self.ptr
    }

    pub(crate) fn len(self) -> usize {
        self.len
    }

    /// Copies `out.len()` bytes from `offset` on, each of which is read once.
    pub(crate) fn read(self, offset: usize, out: &mut [u8]) {
        assert!(offset <= self.len && out.len() <= self.len - offset);
        // SAFETY: checked above; a `&mut` slice is private memory, so the two do not overlap.
        unsafe { copy(self.ptr.add(offset), out.as_mut_ptr(), out.len()) };
    }
}

fn map(file: BorrowedFd<'_>, len: usize, protection: ProtFlags, flags: MapFlags) -> io::Result<NonNull<u8>> {
    // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
    let address = unsafe { rustix::mm::mmap(std::ptr::null_mut(), len, protection, flags, file, 0) }?;
    NonNull::new(address.cast()).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

/// Copies between shared and private memory, once.
///
/// # Safety
/// `len` bytes at `from` are readable and at `to` writable, without overlap.
#[inline(never)]
unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: promised by the caller. A concurrent writer in another process makes the result a mixture of old and
    // new bytes, which every user must expect anyway. `black_box` and the missing inlining keep the compiler from
    // reading the source again in place of the copy.
    unsafe { black_box(from).copy_to_nonoverlapping(black_box(to), len) };
}
