//! Whether an ELF file runs without anything beside it. Not a linker's view: program headers and the dynamic section only.
//!
//! Invariant: any bytes are an answer or an [`ElfError`], never a panic. The layout is that of the System V ABI, 64 bit,
//! little endian, which both architectures have.

const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;

/// Why a file is no static program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ElfError {
    /// Not ELF, or not for 64 bits and little endian.
    #[error("not a 64-bit little-endian ELF file")]
    NotElf,
    /// An object file or the like.
    #[error("an ELF file of type {0}, not a program")]
    NotProgram(u16),
    /// It ends before what its headers name.
    #[error("cut short")]
    Truncated,
    /// It asks for a loader.
    #[error("it asks for the loader {0}")]
    Interpreter(String),
    /// It asks for shared libraries.
    #[error("it asks for {0} shared libraries")]
    Needed(usize),
    /// For another processor than wanted.
    #[error("it is for machine {found}, not {wanted}")]
    Machine {
        /// `e_machine` in the file.
        found: u16,
        /// What it was to be.
        wanted: u16,
    },
}

/// Checks that `file` is a program for `machine` (`e_machine`) that needs neither a loader nor libraries.
pub fn check(file: &[u8], machine: u16) -> Result<(), ElfError> {
    if file.get(..6) != Some(b"\x7fELF\x02\x01") {
        return Err(ElfError::NotElf);
    }
    let kind = u16_at(file, 16)?;
    // ET_EXEC, and ET_DYN for programs that can be anywhere in memory.
    if !matches!(kind, 2 | 3) {
        return Err(ElfError::NotProgram(kind));
    }
    let found = u16_at(file, 18)?;
    if found != machine {
        return Err(ElfError::Machine { found, wanted: machine });
    }
    let (start, size, count) = (u64_at(file, 32)?, u16_at(file, 54)?, u16_at(file, 56)?);
    for index in 0..u64::from(count) {
        let header = start.checked_add(index * u64::from(size)).ok_or(ElfError::Truncated)?;
        let header = usize::try_from(header).map_err(|_| ElfError::Truncated)?;
        let kind = u32_at(file, header)?;
        if kind != PT_INTERP && kind != PT_DYNAMIC {
            continue;
        }
        let body = part(file, u64_at(file, after(header, 8)?)?, u64_at(file, after(header, 32)?)?)?;
        if kind == PT_INTERP {
            let name = body.split(|b| *b == 0).next().unwrap_or_default();
            return Err(ElfError::Interpreter(String::from_utf8_lossy(name).into_owned()));
        }
        match needed(body)? {
            0 => {}
            count => return Err(ElfError::Needed(count)),
        }
    }
    Ok(())
}

/// How many libraries a dynamic section names. A static program that can be anywhere has one for its relocations.
fn needed(section: &[u8]) -> Result<usize, ElfError> {
    let mut count = 0;
    for entry in section.chunks_exact(16) {
        match u64_at(entry, 0)? {
            DT_NULL => break,
            DT_NEEDED => count += 1,
            _ => {}
        }
    }
    Ok(count)
}

fn part(file: &[u8], at: u64, len: u64) -> Result<&[u8], ElfError> {
    let end = at.checked_add(len).and_then(|end| usize::try_from(end).ok());
    let range = usize::try_from(at).ok().zip(end);
    range.and_then(|(at, end)| file.get(at..end)).ok_or(ElfError::Truncated)
}

fn after(at: usize, by: usize) -> Result<usize, ElfError> {
    at.checked_add(by).ok_or(ElfError::Truncated)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ElfError> {
    let piece = bytes.get(at..after(at, N)?).ok_or(ElfError::Truncated)?;
    piece.try_into().map_err(|_| ElfError::Truncated)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ElfError> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ElfError> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, ElfError> {
    array(bytes, at).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests;
