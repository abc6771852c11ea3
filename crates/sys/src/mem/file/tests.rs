use super::*;
use crate::mem::Region;
use crate::testing::{FULL, TempDir, is_cloexec};
use rustix::mm::{MapFlags, ProtFlags};

#[test]
fn sizes_and_growth() {
    let dir = TempDir::new();
    for size in [0, 1, 4096, 300_001] {
        let file = SharedFile::create(size, Some(dir.path())).unwrap();
        assert_eq!(file.size(), size);
        assert!(is_cloexec(&file) && is_cloexec(file.share().unwrap()));
        let shared = file.share().unwrap();
        for larger in [size, size + 1, size + 70_000] {
            file.grow(larger).unwrap();
            assert_eq!(rustix::fs::fstat(&shared).unwrap().st_size as u64, larger);
        }
        assert_eq!(file.grow(size).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "no name is left");
}

#[test]
fn nobody_can_shrink_it() {
    let file = SharedFile::create(8192, None).unwrap();
    let cut = rustix::fs::ftruncate(file.share().unwrap(), 100);
    assert_eq!(cut.is_err(), FULL);
}

#[test]
fn read_only_sharing() {
    let file = SharedFile::create(8192, None).unwrap();
    let region = Region::of_shared(&file).unwrap();
    region.write(0, b"keymap").unwrap();
    let fd = file.share_read_only().unwrap();
    assert!(is_cloexec(&fd));
    let mut bytes = [0; 6];
    rustix::io::pread(&fd, &mut bytes, 0).unwrap();
    assert_eq!(&bytes, b"keymap");
    assert_eq!(rustix::io::pwrite(&fd, b"x", 0).is_err(), FULL);
    for flags in [MapFlags::SHARED, MapFlags::PRIVATE] {
        // SAFETY: a new mapping disturbs nothing, and it is unmapped unused.
        unsafe {
            let at = rustix::mm::mmap(std::ptr::null_mut(), 8192, ProtFlags::READ, flags, &fd, 0).unwrap();
            rustix::mm::munmap(at, 8192).unwrap();
        }
    }
}
