use super::*;

const X86_64: u16 = 62;
const HEADER: usize = 64;
const ENTRY: usize = 56;

/// A file with segments of these kinds and contents, in this order.
fn file(segments: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(HEADER, 0);
    bytes[16..20].copy_from_slice(&[3, 0, X86_64 as u8, 0]);
    bytes[32] = HEADER as u8;
    bytes[54] = ENTRY as u8;
    bytes[56] = segments.len() as u8;
    let mut at = (HEADER + ENTRY * segments.len()) as u64;
    for (kind, content) in segments {
        let mut entry = kind.to_le_bytes().to_vec();
        entry.resize(ENTRY, 0);
        entry[8..16].copy_from_slice(&at.to_le_bytes());
        entry[32..40].copy_from_slice(&(content.len() as u64).to_le_bytes());
        bytes.extend(entry);
        at += content.len() as u64;
    }
    segments.iter().for_each(|(_, content)| bytes.extend(content));
    bytes
}

fn dynamic(tags: &[u64]) -> Vec<u8> {
    tags.iter().flat_map(|tag| [*tag, 7]).flat_map(u64::to_le_bytes).collect()
}

#[test]
fn static_programs_pass() {
    assert_eq!(check(&file(&[(1, vec![0; 9])]), X86_64), Ok(()));
    // Relocations of its own, and what stands behind the end of the section does not count.
    assert_eq!(check(&file(&[(PT_DYNAMIC, dynamic(&[7, 8, DT_NULL, DT_NEEDED]))]), X86_64), Ok(()));
}

#[test]
fn what_needs_others_does_not_pass() {
    let loader = file(&[(1, vec![1]), (PT_INTERP, b"/lib/ld.so\0".to_vec())]);
    assert_eq!(check(&loader, X86_64), Err(ElfError::Interpreter("/lib/ld.so".into())));
    let libraries = file(&[(PT_DYNAMIC, dynamic(&[DT_NEEDED, DT_NEEDED, DT_NULL]))]);
    assert_eq!(check(&libraries, X86_64), Err(ElfError::Needed(2)));
    assert_eq!(check(&file(&[]), 183), Err(ElfError::Machine { found: X86_64, wanted: 183 }));
}

#[test]
fn other_files_are_refused() {
    assert_eq!(check(b"#!/bin/sh\n", X86_64), Err(ElfError::NotElf));
    let mut object = file(&[]);
    object[16] = 1;
    assert_eq!(check(&object, X86_64), Err(ElfError::NotProgram(1)));
}

#[test]
fn no_bytes_are_too_short_or_too_wild() {
    let whole = file(&[(PT_DYNAMIC, dynamic(&[DT_NEEDED])), (PT_INTERP, b"x\0".to_vec())]);
    for len in 0..HEADER + ENTRY {
        assert!(check(&whole[..len], X86_64).is_err(), "{len} bytes");
    }
    for at in 0..whole.len() {
        let mut wild = whole.clone();
        wild[at..].fill(0xff);
        // Whatever it says, it comes back.
        let _ = check(&wild, X86_64);
    }
}

#[test]
fn this_test_is_understood() {
    let own = std::fs::read(std::env::current_exe().expect("a file")).expect("readable");
    let machine = u16::from_le_bytes([own[18], own[19]]);
    let answer = check(&own, machine);
    assert!(matches!(answer, Ok(()) | Err(ElfError::Interpreter(_))), "{answer:?}");
}
