//! What each operating system must provide: the list, and the choice of who provides it.
//!
//! This is the only place of the project that asks which system it is compiled for. `--cfg farway_portable` selects
//! `rehearsal`, which is the path of Apple systems (no memfd, no seals, no `pipe2`, no eventfd, no `accept4`, no
//! `SOCK_CLOEXEC`, no `MSG_CMSG_CLOEXEC`, no process file system) made runnable on Linux, so that most portability
//! faults are found without the hardware. Whoever adds a system writes one file that offers the names below.

#[cfg(all(target_os = "android", not(farway_portable)))]
#[path = "platform/android.rs"]
mod chosen;
#[cfg(all(target_vendor = "apple", not(farway_portable)))]
#[path = "platform/apple.rs"]
mod chosen;
#[cfg(all(target_os = "freebsd", not(farway_portable)))]
#[path = "platform/freebsd.rs"]
mod chosen;
#[cfg(farway_portable)]
#[path = "platform/rehearsal.rs"]
mod chosen;
#[cfg(any(target_os = "linux", target_os = "android"))]
#[cfg_attr(farway_portable, allow(dead_code))]
mod linux;
#[cfg(any(farway_portable, not(any(target_os = "linux", target_os = "android"))))]
#[cfg_attr(target_os = "freebsd", allow(dead_code))]
mod portable;
#[cfg(all(target_os = "linux", not(farway_portable)))]
use linux as chosen;

// ---- Making descriptors, all close-on-exec ----------------------------------------------------------------------

/// `fn(AddressFamily) -> io::Result<OwnedFd>`: a stream socket.
pub(crate) use chosen::stream_socket;

/// `fn() -> io::Result<(OwnedFd, OwnedFd)>`: two connected local stream sockets.
pub(crate) use chosen::socket_pair;

/// `fn(BorrowedFd) -> io::Result<OwnedFd>`: one accepted connection, in blocking mode whatever the listener's mode.
pub(crate) use chosen::accept;

/// `fn() -> io::Result<(OwnedFd, OwnedFd)>`: a pipe, read end first, both ends blocking.
pub(crate) use chosen::pipe;

/// `fn() -> io::Result<(OwnedFd, Option<OwnedFd>)>`: something readable after a write to it, non-blocking. The
/// second descriptor is the writing end where it is another one.
pub(crate) use chosen::wake_pair;

/// `c_int`: flags that make `recvmsg` set close-on-exec on received descriptors; 0 if the system cannot.
pub(crate) use chosen::RECEIVE_CLOEXEC;

// ---- SIGPIPE ----------------------------------------------------------------------------------------------------

/// `SendFlags`: flags of each send, which never blocks and never raises SIGPIPE.
pub(crate) use chosen::SEND_FLAGS;

/// `fn(BorrowedFd)`: makes a socket SIGPIPE-proof where flags of the call do not do it.
pub(crate) use chosen::prepare_socket;

/// `fn()`: takes a SIGPIPE that is pending for this thread, which has it blocked, off the queue.
pub(crate) use chosen::consume_sigpipe;

// ---- Shared memory ----------------------------------------------------------------------------------------------

/// `fn(Option<&Path>) -> io::Result<OwnedFd>`: an empty, growable, anonymous file. The directory is used by systems
/// that can only do it with an unlinked file.
pub(crate) use chosen::anonymous_file;

/// `fn(BorrowedFd)`: forbids shrinking the file, best effort.
pub(crate) use chosen::seal_shrink;

/// `fn(BorrowedFd) -> bool`: whether the file can never shrink, nor fault when mapped.
pub(crate) use chosen::cannot_shrink;

/// `fn(BorrowedFd, OFlags) -> Option<OwnedFd>`: the same file opened anew, as an open file description of our own;
/// `None` where that is impossible.
pub(crate) use chosen::reopen;

/// `unsafe fn(*mut c_void, usize, usize) -> Option<io::Result<*mut c_void>>`: enlarges a private anonymous mapping,
/// perhaps moving it; `None` where the system has no such call.
pub(crate) use chosen::remap;

/// `unsafe fn(*mut c_void, usize)`: gives pages of a private mapping memory of their own.
pub(crate) use chosen::populate;

/// `unsafe fn(*mut c_void, usize)`: asks for small pages in a sparse mapping.
pub(crate) use chosen::prefer_small_pages;

/// `fn()`: gives the system what the heap keeps for later, if the allocator has such a call.
pub(crate) use chosen::trim_heap;

/// `fn(usize)`: has the allocator keep what is as large as this, or larger, apart, if it does not do so anyway.
pub(crate) use chosen::keep_large_apart;

/// `fn()`: gives the system the pages below the stack's end, if it can be told so.
pub(crate) use chosen::trim_stack;

/// `MapFlags`: extra flags for a large, sparse private mapping.
pub(crate) use chosen::SPARSE_MAP;

// ---- Sockets and paths ------------------------------------------------------------------------------------------

/// `usize`: bytes of a socket path that fit into an address, without the final NUL.
pub(crate) use chosen::SOCKET_PATH_LIMIT;

/// `fn(BorrowedFd, &OsStr) -> Option<PathBuf>`: a short path for a name in an open directory.
pub(crate) use chosen::short_path;

/// `fn(&[u8]) -> io::Result<SocketAddrUnix>`: an abstract socket address.
pub(crate) use chosen::abstract_address;

/// `fn(BorrowedFd) -> io::Result<Option<u32>>`: the user id of the process at the other end of a local socket.
pub(crate) use chosen::peer_uid;

/// `fn(BorrowedFd, u32, u32, bool) -> io::Result<()>`: connects to cid, port, sibling flag.
pub(crate) use chosen::vsock_connect;

/// `fn(BorrowedFd, u32) -> io::Result<()>`: binds to a port on any cid.
pub(crate) use chosen::vsock_bind;

/// `Option<AddressFamily>`: the vsock address family, if there is one.
pub(crate) use chosen::VSOCK;

// ---- Waiting and time -------------------------------------------------------------------------------------------

/// `fn(&mut [pollfd], Option<Duration>) -> io::Result<usize>`: waits; rounds the time up to what the system has.
pub(crate) use chosen::poll;

/// `fn(Pid) -> io::Result<Duration>`: the processor time that all threads of a process have used.
pub(crate) use chosen::cpu_time;

/// `&[(u32, u32)]`: pairs of a clock's number here and the number of the closest clock of Linux.
pub(crate) use chosen::CLOCKS;

// ---- Processes and terminals ------------------------------------------------------------------------------------

/// `fn() -> io::Result<()>`: orphans below this process become its children.
pub(crate) use chosen::adopt_orphans;

/// `fn() -> Option<Vec<Descendant>>`: the living processes below this one, parents first.
pub(crate) use chosen::descendants;

/// `fn(Signal) -> io::Result<()>`: this process gets the signal when the thread that made it ends; where that cannot
/// be had, nothing happens. Called between fork and exec.
pub(crate) use chosen::signal_when_orphaned;

/// `fn() -> io::Result<(OwnedFd, OwnedFd)>`: a pseudo terminal: its master, and the terminal itself. Neither becomes the
/// controlling terminal of this process.
pub(crate) use chosen::open_terminal;

/// `&[(u8, SpecialCodeIndex)]`: control characters that not all systems have, by their numbers in RFC 4254.
pub(crate) use chosen::CONTROL_CHARACTERS;

/// `&[(u8, InputModes)]`: input modes that not all systems have, by their numbers in RFC 4254 and RFC 8160.
pub(crate) use chosen::INPUT_MODES;

// ---- Shared by the systems --------------------------------------------------------------------------------------

/// Makes a file in `directory` under a random name and removes the name at once.
#[cfg(any(farway_portable, not(target_os = "linux")))]
fn unlinked_file(directory: &std::path::Path) -> std::io::Result<std::os::fd::OwnedFd> {
    use rustix::fs::{Mode, OFlags};
    use std::hash::{BuildHasher, RandomState};

    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut attempts = 0..16_u32;
    loop {
        let attempt = attempts.next();
        // `RandomState` is seeded with random bytes of the system.
        let path = directory.join(format!(".farway-{:016x}", RandomState::new().hash_one(attempt)));
        match rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR) {
            Ok(file) => {
                rustix::fs::unlink(&path)?;
                return Ok(file);
            }
            Err(rustix::io::Errno::EXIST) if attempt.is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The terminal of a pseudo terminal's master, opened by its name.
fn terminal_by_name(master: &std::os::fd::OwnedFd) -> std::io::Result<std::os::fd::OwnedFd> {
    use rustix::fs::{Mode, OFlags};

    let name = rustix::pty::ptsname(master, Vec::new())?;
    Ok(rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?)
}
