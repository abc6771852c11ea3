use super::*;
use crate::testing::{FULL, Rng, TempDir};
use rustix::fs::OFlags;
use std::fs::File;

const SIZES: [u64; 8] = [0, 1, 9, 63, 64, 65, 4096, 300_001];

fn check(region: &Region, size: u64) {
    assert_eq!(region.len(), size);
    let data = Rng(size).bytes(size as usize);
    region.write(0, &data).unwrap();
    let mut back = vec![0; size as usize];
    region.read(0, &mut back).unwrap();
    assert!(back == data);
    if size > 2 {
        region.write(size - 2, b"zz").unwrap();
        let mut two = [0; 2];
        region.read(size - 2, &mut two).unwrap();
        assert_eq!(&two, b"zz");
    }
    region.read(size, &mut []).unwrap();
    for (offset, len) in [(size, 1), (size + 1, 0), (0, size as usize + 1), (u64::MAX, 2)] {
        let mut out = vec![0; len];
        assert!(matches!(region.read(offset, &mut out), Err(RegionError::OutOfRange { .. })));
        assert!(matches!(region.write(offset, &out), Err(RegionError::OutOfRange { .. })));
    }
}

fn temp_file(dir: &TempDir, size: u64) -> (File, OwnedFd) {
    let path = dir.path().join("pool");
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    file.set_len(size).unwrap();
    let fd = file.try_clone().unwrap().into();
    (file, fd)
}

#[test]
fn every_backing_and_size() {
    let dir = TempDir::new();
    for size in SIZES {
        check(&Region::heap(size as usize), size);
        let own = SharedFile::create(size, Some(dir.path())).unwrap();
        let region = Region::of_shared(&own).unwrap();
        check(&region, size);
        assert_eq!(region.is_mapped(), FULL && size > 0);
        let adopted = Region::adopt(own.share().unwrap(), size).unwrap();
        assert_eq!(adopted.is_mapped(), FULL && size > 0);
        check(&adopted, size);
        let (_file, fd) = temp_file(&dir, size);
        let region = Region::adopt(fd, size).unwrap();
        assert!(!region.is_mapped());
        check(&region, size);
    }
}

#[test]
fn growth() {
    let dir = TempDir::new();
    let own = SharedFile::create(100, Some(dir.path())).unwrap();
    let (file, fd) = temp_file(&dir, 100);
    let regions = [Region::heap(100), Region::of_shared(&own).unwrap(), Region::adopt(fd, 100).unwrap()];
    for (index, region) in regions.iter().enumerate() {
        region.write(99, b"!").unwrap();
        if index > 0 {
            let early = region.grow(5000);
            assert!(matches!(early, Err(RegionError::TooSmall { have: 100, want: 5000 })));
        }
        own.grow(own.size().max([100, 5000, 100][index])).unwrap();
        file.set_len([100, 100, 5000][index]).unwrap();
        region.grow(5000).unwrap();
        region.grow(5000).unwrap();
        assert!(matches!(region.grow(4999), Err(RegionError::Shrink { have: 5000, want: 4999 })));
        let mut bytes = [1; 2];
        region.read(99, &mut bytes).unwrap();
        assert_eq!(bytes, [b'!', 0]);
        check(region, 5000);
    }
}

#[test]
fn a_larger_file_is_not_touched_beyond() {
    let dir = TempDir::new();
    let (_file, fd) = temp_file(&dir, 1 << 20);
    let region = Region::adopt(fd, 4096).unwrap();
    check(&region, 4096);
}

#[test]
fn a_file_cut_short_is_an_error_and_no_signal() {
    let dir = TempDir::new();
    let (file, fd) = temp_file(&dir, 1 << 20);
    assert!(matches!(
        Region::adopt(fd.try_clone().unwrap(), (1 << 20) + 1),
        Err(AdoptError::TooSmall { have, .. }) if have == 1 << 20
    ));
    let region = Region::adopt(fd, 1 << 20).unwrap();
    file.set_len(5000).unwrap();
    let mut out = vec![0; 10_000];
    assert!(matches!(region.read(0, &mut out), Err(RegionError::Shrunk { at: 5000 })));
    assert!(matches!(region.read(1 << 19, &mut out), Err(RegionError::Shrunk { .. })));
    region.read(0, &mut out[..5000]).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn an_unsealed_memfd_cut_short() {
    use rustix::fs::MemfdFlags;
    let fd = rustix::fs::memfd_create("pool", MemfdFlags::CLOEXEC).unwrap();
    rustix::fs::ftruncate(&fd, 1 << 20).unwrap();
    let region = Region::adopt(fd.try_clone().unwrap(), 1 << 20).unwrap();
    assert!(!region.is_mapped());
    rustix::fs::ftruncate(&fd, 0).unwrap();
    let mut out = [0; 10];
    assert!(matches!(region.read(4096, &mut out), Err(RegionError::Shrunk { at: 4096 })));
}

#[cfg(target_os = "linux")]
#[test]
fn sealed_and_read_only_files_can_be_read() {
    use rustix::fs::{MemfdFlags, SealFlags};
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    for seals in [
        SealFlags::empty(),
        SealFlags::SHRINK,
        SealFlags::SHRINK | SealFlags::WRITE,
        SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL,
        SealFlags::SHRINK | SealFlags::FUTURE_WRITE,
        SealFlags::WRITE,
        SealFlags::FUTURE_WRITE,
    ] {
        let fd = rustix::fs::memfd_create("keymap", flags).unwrap();
        rustix::io::pwrite(&fd, b"content", 0).unwrap();
        rustix::fs::fcntl_add_seals(&fd, seals).unwrap();
        let region = Region::adopt(fd.try_clone().unwrap(), 7).unwrap();
        assert_eq!(region.is_mapped(), FULL && seals.contains(SealFlags::SHRINK), "{seals:?}");
        let mut out = [0; 7];
        region.read(0, &mut out).unwrap();
        assert_eq!(&out, b"content");
        let writable = !seals.intersects(SealFlags::WRITE | SealFlags::FUTURE_WRITE);
        match region.write(0, b"C") {
            Ok(()) => assert!(writable),
            Err(error) => assert!(!writable && matches!(error, RegionError::ReadOnly), "{seals:?} {error}"),
        }
        // The same through a description that may only read.
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&fd));
        let fd = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, rustix::fs::Mode::empty()).unwrap();
        let region = Region::adopt(fd, 7).unwrap();
        region.read(0, &mut out).unwrap();
        assert_eq!(&out[1..], b"ontent");
        assert!(matches!(region.write(0, b"C"), Err(RegionError::ReadOnly)));
    }
}

#[test]
fn what_is_no_file() {
    let (socket, _) = crate::net::Socket::pair().unwrap();
    let (read, _write) = crate::pipe::pipe().unwrap();
    let open = |path: &str| OwnedFd::from(File::open(path).unwrap());
    for (fd, expected) in [
        (socket.into(), FileKind::Socket),
        (read, FileKind::Fifo),
        (open("/dev/zero"), FileKind::Device),
        (open("/"), FileKind::Directory),
    ] {
        let refused = Region::adopt(fd, 0);
        assert!(matches!(refused, Err(AdoptError::NotAFile { kind }) if kind == expected));
    }
}

#[test]
fn growing_while_others_read() {
    let own = SharedFile::create(4096, None).unwrap();
    let region = Region::of_shared(&own).unwrap();
    region.write(0, &[9; 4096]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut out = [0; 4096];
                for _ in 0..2000 {
                    region.read(0, &mut out).unwrap();
                    assert_eq!(out, [9; 4096]);
                }
            });
        }
        for step in 2..40 {
            own.grow(4096 * step).unwrap();
            region.grow(4096 * step).unwrap();
        }
    });
}
