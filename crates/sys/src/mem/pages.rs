//! Private, anonymous, zero-filled memory that costs nothing until it is touched.
//!
//! Invariant: `ptr` is the start of a live allocation of `len` bytes that belongs to this value alone (dangling for
//! a length of zero).

use std::io;
use std::ptr::NonNull;

/// A block of such memory.
#[derive(Debug)]
pub(super) struct Pages {
    ptr: NonNull<u8>,
    len: usize,
}

// SAFETY: the memory is owned like that of a `Box<[u8]>`, and access goes through raw pointers that callers justify.
unsafe impl Send for Pages {}
// SAFETY: as above; a shared `Pages` only tells its address and length.
unsafe impl Sync for Pages {}

impl Pages {
    /// `len` zero bytes.
    pub(super) fn new(len: usize) -> io::Result<Self> {
        let ptr = if len == 0 { NonNull::dangling() } else { os::allocate(len)? };
        Ok(Self { ptr, len })
    }

    pub(super) fn as_ptr(&self) -> *mut u8 {
        self.ptr.as_ptr()
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Says that `range` will be written to; in whole pages, or up to the end.
    pub(super) fn populate(&self, range: std::ops::Range<usize>) {
        let end = range.end.min(self.len);
        if range.start < end {
            // SAFETY: the range lies in the block, which is a mapping of ours.
            unsafe { os::populate(self.ptr.add(range.start), end - range.start) };
        }
    }

    /// Enlarges the block; new bytes are zero. Where the system cannot remap, the old content is copied from the
    /// ranges that `touched` names: everything else must still be zero, and stays untouched.
    pub(super) fn grow(
        &mut self,
        len: usize,
        touched: impl Iterator<Item = std::ops::Range<usize>>,
    ) -> io::Result<()> {
        if len <= self.len {
            return Ok(());
        }
        if self.len > 0 {
            // SAFETY: the block is ours, `&mut self` shows that nobody uses it, and the old address is forgotten.
            if let Some(moved) = unsafe { os::enlarge(self.ptr, self.len, len) } {
                self.ptr = moved?;
                self.len = len;
                return Ok(());
            }
        }
        let larger = Self::new(len)?;
        for range in touched {
            let end = range.end.min(self.len);
            let start = range.start.min(end);
            // SAFETY: the range lies within the old block and so within the new, which are different allocations.
            unsafe {
                larger.as_ptr().add(start).copy_from_nonoverlapping(self.as_ptr().add(start), end - start)
            };
        }
        *self = larger;
        Ok(())
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if self.len > 0 {
            // SAFETY: the block is ours and is not used any more.
            unsafe { os::free(self.ptr, self.len) };
        }
    }
}

#[cfg(not(miri))]
mod os {
    use super::{NonNull, io};
    use crate::platform;
    use rustix::mm::ProtFlags;

    fn found(address: *mut libc::c_void) -> io::Result<NonNull<u8>> {
        NonNull::new(address.cast()).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    pub(super) fn allocate(len: usize) -> io::Result<NonNull<u8>> {
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
        let address = unsafe {
            rustix::mm::mmap_anonymous(std::ptr::null_mut(), len, protection, platform::SPARSE_MAP)
        }?;
        // SAFETY: the mapping was just made, with this length.
        unsafe { platform::prefer_small_pages(address, len) };
        found(address)
    }

    /// # Safety
    /// `ptr`, `old` are a block of `allocate` that nobody uses, nor will at its old address.
    pub(super) unsafe fn enlarge(
        ptr: NonNull<u8>,
        old: usize,
        new: usize,
    ) -> Option<io::Result<NonNull<u8>>> {
        // SAFETY: promised by the caller.
        let moved = unsafe { platform::remap(ptr.as_ptr().cast(), old, new) }?;
        Some(moved.and_then(found))
    }

    /// # Safety
    /// `ptr`, `len` are in a block of `allocate`, and `ptr` is the start of a page.
    pub(super) unsafe fn populate(ptr: NonNull<u8>, len: usize) {
        // SAFETY: promised by the caller; the system completes the last page.
        unsafe { platform::populate(ptr.as_ptr().cast(), len) };
    }

    /// # Safety
    /// `ptr`, `len` are a block of `allocate` that nobody uses any more.
    pub(super) unsafe fn free(ptr: NonNull<u8>, len: usize) {
        // SAFETY: promised by the caller.
        let _ = unsafe { rustix::mm::munmap(ptr.as_ptr().cast(), len) };
    }
}

/// The interpreter knows no mappings; its allocator does.
#[cfg(miri)]
mod os {
    use super::{NonNull, io};
    use std::alloc::{Layout, alloc_zeroed, dealloc};

    fn layout(len: usize) -> io::Result<Layout> {
        Layout::from_size_align(len, 4096).map_err(|_| io::ErrorKind::OutOfMemory.into())
    }

    pub(super) fn allocate(len: usize) -> io::Result<NonNull<u8>> {
        // SAFETY: the length is not zero.
        NonNull::new(unsafe { alloc_zeroed(layout(len)?) }).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    pub(super) unsafe fn enlarge(_: NonNull<u8>, _: usize, _: usize) -> Option<io::Result<NonNull<u8>>> {
        None
    }

    pub(super) unsafe fn populate(_: NonNull<u8>, _: usize) {}

    pub(super) unsafe fn free(ptr: NonNull<u8>, len: usize) {
        if let Ok(layout) = layout(len) {
            // SAFETY: allocated above with the same layout.
            unsafe { dealloc(ptr.as_ptr(), layout) };
        }
    }
}
