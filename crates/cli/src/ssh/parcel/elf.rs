//! What an ELF file's headers say: for which processor it is, and whether it needs other files to run.
//!
//! Not a loader. Invariant: any bytes are answered, without panics and in time that the header count bounds.

use super::Arch;

/// Type of a program header that names an interpreter: the dynamic linker, which the far side may not have.
const PT_INTERP: u32 = 3;

/// A program for Linux, as far as its headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// For these processors.
    pub arch: Arch,
    /// It needs no dynamic linker.
    pub stands_alone: bool,
}

/// Looks at the headers in the first bytes of a file. Nothing if it is no 64-bit program that we know.
pub fn look(file: &[u8]) -> Option<Program> {
    // Little-endian, 64 bits; the system is System V's (0) or says Linux (3).
    let known = file.get(..7)? == b"\x7fELF\x02\x01\x01" && matches!(file.get(7)?, 0 | 3);
    // Executables and position-independent ones.
    if !known || !matches!(word(file, 16)?, 2 | 3) {
        return None;
    }
    let arch = match word(file, 18)? {
        62 => Arch::X86_64,
        183 => Arch::Aarch64,
        _ => return None,
    };
    let start = usize::try_from(u64::from_le_bytes(file.get(32..40)?.try_into().ok()?)).ok()?;
    let (size, count) = (usize::from(word(file, 54)?), usize::from(word(file, 56)?));
    if size < 56 || count == 0 {
        return None;
    }
    let mut stands_alone = true;
    for index in 0..count {
        let at = start.checked_add(index.checked_mul(size)?)?;
        let kind = file.get(at..at.checked_add(4)?)?;
        stands_alone &= u32::from_le_bytes(kind.try_into().ok()?) != PT_INTERP;
    }
    Some(Program { arch, stands_alone })
}

fn word(file: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?))
}
