#![allow(clippy::single_range_in_vec_init)] // one interval is the usual case

use super::*;
use crate::testing::Rng;

#[test]
fn zero_at_first_and_when_grown() {
    for size in [0, 1, 63, 4096, 70_000, 300_001] {
        let mirror = Mirror::new(size).unwrap();
        assert_eq!(mirror.len(), size);
        assert!(mirror.lock(0..size).unwrap().iter().all(|&byte| byte == 0));
        let data = Rng(size).bytes(size as usize);
        mirror.lock(0..size).unwrap().copy_from_slice(&data);
        let larger = size * 7 + 200_000;
        mirror.grow(larger).unwrap();
        let all = mirror.lock(0..larger).unwrap();
        assert!(all[..size as usize] == data);
        assert!(all[size as usize..].iter().all(|&byte| byte == 0));
    }
}

#[test]
fn ranges_are_exclusive() {
    let mirror = Mirror::new(1000).unwrap();
    let one = mirror.lock(100..200).unwrap();
    for overlap in [0..101, 199..300, 0..1000, 150..151, 100..200] {
        assert_eq!(mirror.lock(overlap).unwrap_err(), MirrorError::Overlap);
    }
    let beside =
        [mirror.lock(0..100).unwrap(), mirror.lock(200..1000).unwrap(), mirror.lock(150..150).unwrap()];
    assert_eq!(mirror.grow(2000).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
    drop((one, beside));
    mirror.grow(2000).unwrap();
    mirror.grow(2000).unwrap();
    assert_eq!(mirror.grow(1999).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(mirror.lock(100..200).unwrap().len(), 100);
}

#[test]
fn who_only_reads_shares() {
    let mirror = Mirror::new(1000).unwrap();
    mirror.lock(100..200).unwrap().fill(7);
    let views =
        [mirror.view(100..200).unwrap(), mirror.view(150..300).unwrap(), mirror.view(100..200).unwrap()];
    assert_eq!((views[0][99], views[1][49], views[1][50]), (7, 7, 0));
    assert_eq!(mirror.lock(299..400).unwrap_err(), MirrorError::Overlap);
    assert_eq!(mirror.grow(2000).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
    let [first, rest @ ..] = views;
    drop(first);
    assert_eq!(mirror.lock(100..110).unwrap_err(), MirrorError::Overlap, "another one is left");
    drop(rest);
    let slice = mirror.lock(100..200).unwrap();
    assert_eq!(mirror.view(199..300).unwrap_err(), MirrorError::Overlap);
    drop(slice);
    assert!(matches!(mirror.view(0..1001), Err(MirrorError::OutOfRange { .. })));
    assert!(mirror.view(1000..1000).unwrap().is_empty());
}

#[test]
fn out_of_range() {
    let mirror = Mirror::new(10).unwrap();
    #[allow(clippy::reversed_empty_ranges)]
    for range in [0..11, 11..11, 5..4, 0..u64::MAX, u64::MAX..u64::MAX] {
        assert!(matches!(mirror.lock(range), Err(MirrorError::OutOfRange { size: 10, .. })));
    }
    assert!(Mirror::new(u64::MAX).is_err());
}

#[test]
fn threads_write_disjoint_ranges() {
    let mirror = Mirror::new(1 << 16).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let mirror = &mirror;
            scope.spawn(move || {
                for round in 0..200_u64 {
                    let start = ((round * 4 + thread) * 64) % (1 << 16);
                    mirror.lock(start..start + 64).unwrap().fill(thread as u8 + 1);
                }
            });
        }
    });
    let all = mirror.lock(0..1 << 16).unwrap();
    assert!(all.chunks(64).take(800).enumerate().all(|(at, chunk)| chunk[0] == (at % 4) as u8 + 1));
}

#[cfg(target_os = "linux")]
#[test]
fn half_a_gigabyte_costs_little() {
    use crate::diff::{Scratch, diff};
    use crate::mem::{Region, SharedFile};

    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
    const SIZE: u64 = 512 << 20;
    let before = resident();
    let file = SharedFile::create(SIZE, None).unwrap();
    let (region, mirror) = (Region::of_shared(&file).unwrap(), Mirror::new(SIZE).unwrap());
    let (mut out, mut scratch) = (Vec::new(), Scratch::new());
    for end in [SIZE, SIZE / 2, SIZE + (256 << 20)] {
        if end > SIZE {
            file.grow(end).unwrap();
            region.grow(end).unwrap();
            mirror.grow(end).unwrap();
        }
        region.write(end - 100_000, &[1; 1000]).unwrap();
        let range = end - (1 << 20)..end;
        assert!(!diff(&region, &mirror, &[range], false, &mut out, &mut scratch).unwrap().is_empty());
    }
    assert_eq!(mirror.lock(SIZE - 100_000..SIZE - 99_999).unwrap()[0], 1);
    // Other tests run meanwhile; they do not use this much.
    let grown = resident().saturating_sub(before) / 1024;
    assert!(grown < 128, "{grown} MiB");
}
