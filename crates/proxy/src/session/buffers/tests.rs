//! What comes back, and what is copied.

use super::*;

fn fill(buffers: &mut Buffers, bytes: &[u8]) -> (Bytes, *const u8) {
    let free = buffers.free();
    assert!(free.is_empty());
    free.reserve(1024);
    free.extend_from_slice(bytes);
    let at = free.as_ptr();
    (buffers.take(), at)
}

#[test]
fn memory_comes_back_whole() {
    let mut buffers = Buffers::default();
    let (mut first, memory) = fill(&mut buffers, &[1; 800]);
    assert_eq!(first.as_ptr(), memory);
    let (second, other) = fill(&mut buffers, &[2; 900]);
    assert_ne!(memory, other);
    // A part of it was acknowledged, then the rest.
    let _ = first.split_to(300);
    drop(first);
    let (third, again) = fill(&mut buffers, &[3; 1000]);
    assert_eq!(memory, again);
    assert_eq!((&second[..], &third[..]), (&[2; 900][..], &[3; 1000][..]));
}

#[test]
fn little_is_copied() {
    let mut buffers = Buffers::default();
    let (little, memory) = fill(&mut buffers, b"little");
    assert_eq!(&little[..], b"little");
    assert_ne!(little.as_ptr(), memory);
    assert_eq!(fill(&mut buffers, &[1; 700]).1, memory);
}

#[test]
fn few_are_remembered() {
    let mut buffers = Buffers::default();
    let all: Vec<_> = (0..3 * KEPT).map(|_| fill(&mut buffers, &[1; 800]).0).collect();
    assert_eq!((all.len(), buffers.given.len()), (3 * KEPT, KEPT));
}
