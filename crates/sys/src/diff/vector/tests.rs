use super::*;
use crate::testing::Rng;

/// In plain Rust, with a search that is wrong as if others wrote meanwhile.
struct Mistaken;

/// One in three blocks is said to differ, whatever is in it; no block that differs is overlooked.
fn suspected(old: *const u8) -> bool {
    (old as usize / BLOCK) % 3 == 0
}

impl Vector for Mistaken {
    const STRIDE: usize = 2 * BLOCK;
    const BITS: u32 = 2;

    unsafe fn equal(new: *const u8, old: *const u8) -> bool {
        // SAFETY: promised by the caller.
        unsafe { Self::equal_block(new, old) && Self::equal_block(new.add(BLOCK), old.add(BLOCK)) }
    }

    unsafe fn equal_block(new: *const u8, old: *const u8) -> bool {
        // SAFETY: promised by the caller.
        unsafe { !suspected(old) && *new.cast::<[u8; BLOCK]>() == *old.cast::<[u8; BLOCK]>() }
    }

    unsafe fn take(new: *const u8, old: *mut u8, out: Option<*mut u8>) -> u64 {
        // SAFETY: promised by the caller.
        let (block, before) = unsafe { (*new.cast::<[u8; BLOCK]>(), *old.cast::<[u8; BLOCK]>()) };
        let differ = |word: &usize| block[word * 4..][..4] != before[word * 4..][..4];
        let mask = (0..BLOCK / 4).filter(differ).fold(0, |mask, word| mask | 0b11 << (word * 2));
        if mask != 0 {
            for to in [Some(old), out].into_iter().flatten() {
                // SAFETY: promised by the caller.
                unsafe { to.cast::<[u8; BLOCK]>().write(block) };
            }
        }
        mask
    }
}

/// Runs and mirror, of the kernel here and of the reference.
fn both(old: &[u8], new: &[u8]) -> [(Vec<u8>, Vec<u8>); 2] {
    let mut vector = (Vec::new(), old.to_vec());
    let mut runs = Runs::new(3);
    for at in (0..new.len()).step_by(4 * BLOCK) {
        let piece = &new[at..new.len().min(at + 4 * BLOCK)];
        // SAFETY: plain Rust runs anywhere.
        unsafe { runs.piece::<Mistaken>(SharedBytes::of(piece), &mut vector.1, at, &mut vector.0) };
    }
    runs.finish(&mut vector.0);
    let mut scalar = (Vec::new(), old.to_vec());
    let mut runs = scalar::Runs::new(3);
    runs.piece(new, &mut scalar.1, 0, &mut scalar.0);
    runs.finish(&mut scalar.0);
    [vector, scalar]
}

#[test]
fn a_wrong_guess_of_the_search_changes_nothing() {
    let mut rng = Rng(77);
    for round in 0..500 {
        let len = rng.below(3000) / 4 * 4;
        let old = rng.bytes(len);
        let mut new = old.clone();
        for _ in 0..round % 12 {
            let at = rng.below(len + 1);
            let end = len.min(at + rng.below(300));
            rng.fill(&mut new[at..end]);
        }
        let [vector, scalar] = both(&old, &new);
        assert!(vector == scalar, "{round}");
        assert!(vector.1 == new);
    }
}

/// What the search finds is gone when it is looked at again: the mirror keeps what the twin has, and nothing is sent.
#[test]
fn what_is_gone_is_not_sent() {
    let bytes = Rng(1).bytes(64 * BLOCK);
    let [vector, scalar] = both(&bytes, &bytes);
    assert!(vector == scalar && vector.0.is_empty());
}
