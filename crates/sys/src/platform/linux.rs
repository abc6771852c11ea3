//! Linux: everything is there. Android shares this file; see `android.rs` for the differences.

mod processes;

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::EventfdFlags;
use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
use rustix::mm::{Advice, MapFlags};
use rustix::net::{AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType};
use rustix::pipe::PipeFlags;
use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;
use rustix::termios::{InputModes, SpecialCodeIndex};

use crate::process::Descendant;

pub(crate) const RECEIVE_CLOEXEC: libc::c_int = libc::MSG_CMSG_CLOEXEC;
pub(crate) const SEND_FLAGS: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
pub(crate) const SPARSE_MAP: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);
pub(crate) const SOCKET_PATH_LIMIT: usize = 107;
pub(crate) const VSOCK: Option<AddressFamily> = Some(AddressFamily::VSOCK);
pub(crate) const CLOCKS: &[(u32, u32)] = &[(0, 0), (1, 1), (4, 4), (5, 5), (6, 6), (7, 7), (11, 11)];
pub(crate) const CONTROL_CHARACTERS: &[(u8, SpecialCodeIndex)] = &[(16, SpecialCodeIndex::VSWTC)];
pub(crate) const INPUT_MODES: &[(u8, InputModes)] = &[(42, InputModes::IUTF8)];

pub(crate) fn stream_socket(family: AddressFamily) -> io::Result<OwnedFd> {
    Ok(rustix::net::socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

pub(crate) fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::STREAM);
    Ok(rustix::net::socketpair(family, kind, SocketFlags::CLOEXEC, None)?)
}

pub(crate) fn accept(listener: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    Ok(rustix::net::accept_with(listener, SocketFlags::CLOEXEC)?)
}

pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?)
}

pub(crate) fn wake_pair() -> io::Result<(OwnedFd, Option<OwnedFd>)> {
    Ok((rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?, None))
}

pub(crate) fn prepare_socket(_socket: BorrowedFd<'_>) {}

#[cfg(target_os = "linux")]
pub(crate) fn consume_sigpipe() {
    let zero = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `sigset_t` is plain data that `sigemptyset` initialises; all pointers are to live locals, and a null
    // `info` is allowed.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGPIPE);
        libc::sigtimedwait(&set, std::ptr::null_mut(), &zero);
    }
}

pub(crate) fn anonymous_file(_directory: Option<&Path>) -> io::Result<OwnedFd> {
    Ok(rustix::fs::memfd_create("farway", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?)
}

pub(crate) fn seal_shrink(file: BorrowedFd<'_>) {
    // A file without the seal is read with `pread` instead of being mapped: slower, never wrong.
    let _ = rustix::fs::fcntl_add_seals(file, SealFlags::SHRINK);
}

/// `TMPFS_MAGIC` of `linux/magic.h`. Sealed huge-page files exist too, but touching them may fault.
const TMPFS: u64 = 0x0102_1994;

pub(crate) fn cannot_shrink(file: BorrowedFd<'_>) -> bool {
    let sealed = rustix::fs::fcntl_get_seals(file).is_ok_and(|seals| seals.contains(SealFlags::SHRINK));
    sealed && rustix::fs::fstatfs(file).is_ok_and(|system| system.f_type as u64 == TMPFS)
}

pub(crate) fn reopen(file: BorrowedFd<'_>, flags: OFlags) -> Option<OwnedFd> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::open(path, flags | OFlags::CLOEXEC | OFlags::NOCTTY, Mode::empty()).ok()
}

#[cfg(target_os = "linux")]
/// # Safety
/// `address` and `old` must be a whole private anonymous mapping that nobody uses during the call or, at its old
/// address, afterwards.
pub(crate) unsafe fn remap(
    address: *mut libc::c_void,
    old: usize,
    new: usize,
) -> Option<io::Result<*mut libc::c_void>> {
    let flags = rustix::mm::MremapFlags::MAYMOVE;
    // SAFETY: promised by the caller.
    Some(unsafe { rustix::mm::mremap(address, old, new, flags) }.map_err(Into::into))
}

/// # Safety
/// `address` and `len` must be a mapping of the caller.
pub(crate) unsafe fn prefer_small_pages(address: *mut libc::c_void, len: usize) {
    // SAFETY: promised by the caller; the advice does not change contents. Kernels without huge pages refuse it.
    let _ = unsafe { rustix::mm::madvise(address, len, Advice::LinuxNoHugepage) };
}

/// Gives pages their own memory before they are written to, all at once. Otherwise a page that is read first shares the
/// page of zeros, and leaving that one means to interrupt every thread of the process.
///
/// # Safety
/// `address` and `len` must be in a private mapping of the caller, from the start of a page.
pub(crate) unsafe fn populate(address: *mut libc::c_void, len: usize) {
    // SAFETY: promised by the caller; contents do not change. Kernels before 5.14 refuse it, and are slower.
    let _ = unsafe { rustix::mm::madvise(address, len, Advice::LinuxPopulateWrite) };
}

pub(crate) fn cpu_time(process: Pid) -> io::Result<Duration> {
    let (mut clock, mut time) = (0, libc::timespec { tv_sec: 0, tv_nsec: 0 });
    // SAFETY: both pointers are to live locals. The call returns its error instead of setting `errno`.
    match unsafe { libc::clock_getcpuclockid(process.as_raw_pid(), &mut clock) } {
        0 => {}
        error => return Err(io::Error::from_raw_os_error(error)),
    }
    // SAFETY: the pointer is to a live local.
    if unsafe { libc::clock_gettime(clock, &mut time) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// Of glibc's arenas, all free pages; other C libraries keep little.
pub(crate) fn trim_heap() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it may be called at any time; memory that is in use stays what it is.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// glibc moves its own limit upwards with each such piece that is freed; a given one stays.
#[cfg_attr(not(target_env = "gnu"), allow(unused_variables))]
pub(crate) fn keep_large_apart(size: usize) {
    #[cfg(target_env = "gnu")]
    // SAFETY: it may be called at any time, and changes only where later pieces come from.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, size as libc::c_int);
    }
}

/// More than what the call to the system has on the stack below the locals of [`trim_stack`], also without optimisation,
/// and what may be used beyond its end. In bytes.
const STANDING: usize = 1024;

#[inline(never)]
pub(crate) fn trim_stack() {
    let mut attributes = std::mem::MaybeUninit::uninit();
    let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the first call initialises the attributes if it succeeds, and they are destroyed once after that; the
    // pointers are to live locals.
    let known = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let known = libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size) == 0;
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            known
        }
    };
    let page = rustix::param::page_size();
    let here = (&raw const size).addr();
    let Some(free) = here.checked_sub(STANDING + lowest.addr()).map(|free| free / page * page) else {
        return;
    };
    if known && lowest.addr() % page == 0 && free > 0 {
        // SAFETY: these pages are of this thread's stack, and lie beyond its end: stacks grow down here, and what is
        // called from here takes less than was left. Nothing there has a meaning.
        unsafe { libc::madvise(lowest, free, libc::MADV_DONTNEED) };
    }
}

pub(crate) fn short_path(directory: BorrowedFd<'_>, name: &OsStr) -> Option<PathBuf> {
    Some(Path::new(&format!("/proc/self/fd/{}", directory.as_raw_fd())).join(name))
}

pub(crate) fn abstract_address(name: &[u8]) -> io::Result<SocketAddrUnix> {
    Ok(SocketAddrUnix::new_abstract_name(name)?)
}

pub(crate) fn peer_uid(socket: BorrowedFd<'_>) -> io::Result<Option<u32>> {
    Ok(Some(rustix::net::sockopt::socket_peercred(socket)?.uid.as_raw()))
}

/// `VMADDR_FLAG_TO_HOST` of `linux/vm_sockets.h`: through the host to a sibling machine.
const TO_HOST: u8 = 1;

fn vsock_address(cid: u32, port: u32, to_host: bool) -> libc::sockaddr_vm {
    // SAFETY: all-zero bytes are a valid `sockaddr_vm`.
    let mut address: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
    address.svm_family = libc::AF_VSOCK as libc::sa_family_t;
    address.svm_cid = cid;
    address.svm_port = port;
    // The flags byte follows the cid; older headers call it the first byte of the padding.
    address.svm_zero[0] = if to_host { TO_HOST } else { 0 };
    address
}

const VSOCK_SIZE: libc::socklen_t = size_of::<libc::sockaddr_vm>() as libc::socklen_t;

pub(crate) fn vsock_connect(socket: BorrowedFd<'_>, cid: u32, port: u32, to_host: bool) -> io::Result<()> {
    let address = vsock_address(cid, port, to_host);
    // SAFETY: the pointer is to a live `sockaddr_vm` of the given size.
    let result = unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), VSOCK_SIZE) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

pub(crate) fn vsock_bind(socket: BorrowedFd<'_>, port: u32) -> io::Result<()> {
    let address = vsock_address(libc::VMADDR_CID_ANY, port, false);
    // SAFETY: the pointer is to a live `sockaddr_vm` of the given size.
    let result = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), VSOCK_SIZE) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

pub(crate) fn poll(set: &mut [libc::pollfd], timeout: Option<Duration>) -> io::Result<usize> {
    let time = timeout.map(|timeout| libc::timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: timeout.subsec_nanos() as libc::c_long,
    });
    let time = time.as_ref().map_or(std::ptr::null(), |time| time as *const libc::timespec);
    // SAFETY: `set` is a live slice of `pollfd` of the given length, `time` null or a live `timespec`; a null mask
    // leaves the signal mask alone.
    let count = unsafe { libc::ppoll(set.as_mut_ptr(), set.len() as libc::nfds_t, time, std::ptr::null()) };
    if count < 0 { Err(io::Error::last_os_error()) } else { Ok(count as usize) }
}

pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}

pub(crate) fn descendants() -> Option<Vec<Descendant>> {
    processes::descendants()
}

pub(crate) fn signal_when_orphaned(signal: Signal) -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(signal))?)
}

pub(crate) fn open_terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = rustix::pty::openpt(flags)?;
    rustix::pty::unlockpt(&master)?;
    #[cfg(target_os = "linux")]
    if let Ok(terminal) = rustix::pty::ioctl_tiocgptpeer(&master, flags) {
        return Ok((master, terminal));
    }
    // Before 4.13 it had to be found by its name.
    let terminal = super::terminal_by_name(&master)?;
    Ok((master, terminal))
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    /// Uses much of the stack. Where that was.
    #[inline(never)]
    fn deep(byte: u8) -> usize {
        let used = black_box([byte; 200_000]);
        black_box(&used[100_000] as *const u8).addr()
    }

    fn is_resident(address: usize) -> bool {
        let page = rustix::param::page_size();
        let mut state = 0;
        // SAFETY: it writes one byte for the one page, of which nothing but its address is used.
        let said = unsafe { libc::mincore((address / page * page) as *mut libc::c_void, page, &mut state) };
        said == 0 && state & 1 == 1
    }

    #[test]
    fn a_trimmed_stack_keeps_what_stands_on_it() {
        let work = || {
            let standing = black_box([7_u8; 10_000]);
            for turn in 0..3 {
                let there = deep(turn);
                assert!(is_resident(there));
                super::trim_stack();
                assert!(!is_resident(there), "it was not given back");
                assert_eq!(standing, [7; 10_000]);
            }
        };
        std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
        // Of another size.
        super::trim_stack();
        assert!(is_resident((&raw const work).addr()));
    }
}
