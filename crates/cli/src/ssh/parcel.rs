//! Which program can be sent to a machine: ourselves, or one that was built to be sent.
//!
//! Not the sending, and no file is read here but through the caller's function. Invariant: what is sent is a static
//! ELF program for that machine, as far as its headers say.

pub mod elf;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256, Sha512};

use super::script::Sum;

/// A kind of processor that programs are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// AMD64.
    X86_64,
    /// ARMv8 and later, 64 bits.
    Aarch64,
}

impl Arch {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// As it stands in the names of files.
    pub fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }

    /// Name of the file with a program to be sent there, as `cargo xtask dist` makes it.
    pub fn file(self) -> String {
        format!("farway-linux-{}", self.name())
    }
}

/// A machine as it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// `uname -s`.
    pub system: String,
    /// `uname -m`.
    pub cpu: String,
}

impl Machine {
    /// What must be sent there, if there is anything.
    pub fn arch(&self) -> Option<Arch> {
        match (self.system.as_str(), self.cpu.as_str()) {
            ("Linux", "x86_64" | "amd64") => Some(Arch::X86_64),
            ("Linux", "aarch64" | "arm64") => Some(Arch::Aarch64),
            _ => None,
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.system, self.cpu)
    }
}

/// Where programs may be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Our own executable.
    pub exe: Option<PathBuf>,
    /// `$XDG_DATA_HOME`, or `~/.local/share`.
    pub data_home: Option<PathBuf>,
}

impl Places {
    /// Files that may be for `arch`, the best first.
    pub fn candidates(&self, arch: Arch) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        if let Some(folder) = self.exe.as_deref().and_then(Path::parent) {
            folders.push(folder.to_path_buf());
            folders.extend(folder.parent().map(|above| above.join("lib/farway")));
        }
        folders.extend(self.data_home.as_ref().map(|data| data.join("farway")));
        folders.extend([PathBuf::from("/usr/lib/farway"), PathBuf::from("/usr/local/lib/farway")]);
        let files = folders.into_iter().map(|folder| folder.join(arch.file()));
        self.exe.iter().cloned().chain(files).collect()
    }
}

/// Why there is nothing to send.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParcelError {
    /// No program can be built for it.
    #[error(
        "farway cannot be sent to a machine of the kind `{0}`; install farway or waypipe there, \
         and name it with --remote-bin if it is not in the PATH"
    )]
    Machine(Machine),
    /// There could be one.
    #[error(
        "there is no static farway for {} to send; make one with `cargo xtask dist` and put {} beside {}, \
         or install farway over there (--remote-bin names it)",
        .arch.name(), .arch.file(), exe(.places)
    )]
    Missing {
        /// Of the far side.
        arch: Arch,
        /// Where it was looked for.
        places: Places,
    },
}

fn exe(places: &Places) -> String {
    places.exe.as_ref().map_or_else(|| "farway".into(), |exe| exe.display().to_string())
}

/// Enough for the headers of any program, in bytes.
const HEAD: u64 = 16 << 10;

/// A program to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    bytes: Vec<u8>,
    hash: [u8; 32],
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parcel({} bytes, {})", self.bytes.len(), self.sha256())
    }
}

impl Parcel {
    /// These bytes, whatever they are.
    pub fn new(bytes: Vec<u8>) -> Self {
        let hash = Sha256::digest(&bytes).into();
        Self { bytes, hash }
    }

    /// The first file that is a program for `arch`. `read` gives the content of a file, at most so many bytes; an error
    /// means that there is none.
    pub fn find(
        arch: Arch,
        places: &Places,
        read: impl Fn(&Path, u64) -> io::Result<Vec<u8>>,
    ) -> Option<Self> {
        Self::find_file(arch, places, read).map(|(_, bytes)| Self::new(bytes))
    }

    /// The same, as the file and what is in it.
    pub fn find_file(
        arch: Arch,
        places: &Places,
        read: impl Fn(&Path, u64) -> io::Result<Vec<u8>>,
    ) -> Option<(PathBuf, Vec<u8>)> {
        let suits = |bytes: &[u8]| elf::look(bytes) == Some(elf::Program { arch, stands_alone: true });
        let read = |file: &Path, most| read(file, most).ok().filter(|bytes| suits(bytes));
        // A debug build is large, and is not read to its end only to learn that it is none.
        let mut files = places.candidates(arch).into_iter();
        files.find_map(|file| {
            read(&file, HEAD)?;
            let bytes = read(&file, u64::MAX)?;
            Some((file, bytes))
        })
    }

    /// What to send to `machine`.
    ///
    /// # Errors
    /// There is nothing, and what to do.
    pub fn choose(
        machine: &Machine,
        places: &Places,
        read: impl Fn(&Path, u64) -> io::Result<Vec<u8>>,
    ) -> Result<Self, ParcelError> {
        let arch = machine.arch().ok_or_else(|| ParcelError::Machine(machine.clone()))?;
        let missing = || ParcelError::Missing { arch, places: places.clone() };
        Self::find(arch, places, read).ok_or_else(missing)
    }

    /// Name of the file over there: `farway-VERSION-HASH`, 16 digits of the hash. Only letters, digits and `.+-_` of
    /// the version are kept.
    pub fn name(&self, version: &str) -> String {
        let plain = |letter: &char| letter.is_ascii_alphanumeric() || ".+-_".contains(*letter);
        let version: String = version.chars().filter(plain).take(64).collect();
        format!("farway-{version}-{}", &self.sha256()[..16])
    }

    /// The program itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its hash in hexadecimal.
    pub fn sha256(&self) -> String {
        HEXLOWER.encode(&self.hash)
    }

    /// What a tool over there must say of it: see [`Stage2::digest`](super::script::Stage2::digest).
    pub fn digest(&self, sum: Sum) -> String {
        match sum {
            Sum::Sha256sum | Sum::Shasum | Sum::Openssl => self.sha256(),
            Sum::Sha512sum => HEXLOWER.encode(&Sha512::digest(&self.bytes)),
            Sum::Cksum => self.cksum(),
        }
    }

    /// What POSIX `cksum` prints for it: checksum and length.
    pub fn cksum(&self) -> String {
        let mut length = self.bytes.len();
        let mut crc = self.bytes.iter().fold(0, |crc, byte| cksum_step(crc, *byte));
        while length > 0 {
            crc = cksum_step(crc, (length & 0xff) as u8);
            length >>= 8;
        }
        format!("{} {}", !crc, self.bytes.len())
    }

    /// As gzip, for the link.
    ///
    /// # Errors
    /// Never in practice: it is written to memory.
    pub fn gzip(&self) -> io::Result<Vec<u8>> {
        let mut packer = GzEncoder::new(Vec::with_capacity(self.bytes.len() / 2), Compression::default());
        packer.write_all(&self.bytes)?;
        packer.finish()
    }
}

/// One byte of the CRC that POSIX prescribes for `cksum`: polynomial 0x04C11DB7, highest bit first.
fn cksum_step(crc: u32, byte: u8) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let mut value = (index as u32) << 24;
            let mut bit = 0;
            while bit < 8 {
                value = if value >> 31 == 1 { (value << 1) ^ 0x04c1_1db7 } else { value << 1 };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    (crc << 8) ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)]
}
