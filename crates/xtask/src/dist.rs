//! `cargo xtask dist`: the static programs that `farway ssh` sends to machines without farway.
//!
//! Not a release of everything: no windows, Linux only. Invariant: what lands in `target/dist` was checked to need no
//! loader and no library, and `SHA256SUMS` tells of exactly the files that are there.

mod elf;
mod tools;

use super::test::{cargo, target_dir};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use tools::Plan;

const USAGE: &str = "\
usage: cargo xtask dist [--target ARCH]… [--host-only]

Builds target/dist/farway-linux-ARCH, static and without native windows, for x86_64 and aarch64,
and target/dist/SHA256SUMS.

  --target ARCH   only this one; may repeat. The musl target's full name will do as well
  --host-only     only for this machine's processor

Uses what there is: the musl target of Rust (asked from rustup if missing), cargo-zigbuild, musl-gcc,
ARCH-linux-musl-gcc, ARCH-linux-gnu-gcc (Debian: the packages musl-tools, for this processor, and
gcc-aarch64-linux-gnu with libc6-dev-arm64-cross, or gcc-x86-64-linux-gnu with
libc6-dev-amd64-cross, for the other). What CC_ARCH_unknown_linux_musl or
CARGO_TARGET_ARCH_UNKNOWN_LINUX_MUSL_LINKER say comes first. Without the musl target the one with
glibc is linked statically.";

/// A processor that programs are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arch {
    /// Its name, as `uname -m` says it.
    pub name: &'static str,
    /// Its `e_machine`.
    pub machine: u16,
    /// Debian's packages that compile and link for it on another processor.
    pub packages: &'static str,
}

const ARCHS: [Arch; 2] = [
    Arch { name: "x86_64", machine: 62, packages: "gcc-x86-64-linux-gnu libc6-dev-amd64-cross" },
    Arch { name: "aarch64", machine: 183, packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross" },
];

/// Why a program was not built.
#[derive(Debug, thiserror::Error)]
pub enum DistError {
    /// No way to build it on this machine.
    #[error("missing: {0}")]
    Missing(String),
    /// A program could not be started or did not succeed.
    #[error("{0} failed")]
    Failed(String),
    /// It was built, but not as it must be.
    #[error("{}: {reason}", path.display())]
    NotStatic {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: elf::ElfError,
    },
    /// The machine refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was done.
        what: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// Runs the chore with the words after `dist`.
pub fn run(args: &[&str]) -> ExitCode {
    let archs = match parse(args) {
        Ok(archs) => archs,
        Err(code) => return code,
    };
    let dir = target_dir().join("dist");
    let mut ok = true;
    for arch in archs {
        let to = dir.join(file_name(arch));
        match build(arch, &to) {
            Ok(size) => println!("xtask: dist: {} ({} KiB)", to.display(), size / 1024),
            Err(error) => {
                println!("xtask: dist: {}: not built: {error}", arch.name);
                // An old one would pass for a new one.
                let _ = fs::remove_file(&to);
                ok = false;
            }
        }
    }
    if let Err(error) = sums(&dir) {
        println!("xtask: dist: {error}");
        ok = false;
    }
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(args: &[&str]) -> Result<Vec<Arch>, ExitCode> {
    let mut archs = Vec::new();
    let mut words = args.iter();
    let wrong = |what: &str| {
        eprintln!("xtask: dist: {what}\n{USAGE}");
        ExitCode::from(2)
    };
    while let Some(word) = words.next() {
        match *word {
            "-h" | "--help" => {
                println!("{USAGE}");
                return Err(ExitCode::SUCCESS);
            }
            "--host-only" => archs.push(std::env::consts::ARCH),
            "--target" => archs.push(words.next().ok_or_else(|| wrong("--target of what?"))?),
            other => match other.strip_prefix("--target=") {
                Some(arch) => archs.push(arch),
                None => return Err(wrong(&format!("unknown argument {other}"))),
            },
        }
    }
    let known = |name: &str| {
        let same = |arch: &Arch| name == arch.name || name == tools::triple(*arch, "musl");
        ARCHS.into_iter().find(same).ok_or_else(|| wrong(&format!("no program is built for {name}")))
    };
    if archs.is_empty() { Ok(ARCHS.to_vec()) } else { archs.into_iter().map(known).collect() }
}

fn file_name(arch: Arch) -> String {
    format!("farway-linux-{}", arch.name)
}

/// Builds for one processor, checks, and puts the program at `to`; its size in bytes.
fn build(arch: Arch, to: &Path) -> Result<u64, DistError> {
    let plan = Plan::find(arch)?;
    println!("xtask: dist: {}: {}", arch.name, plan.describe());
    let mut command = cargo();
    command.arg(plan.subcommand()).args(["--quiet", "--profile", "dist", "--package", "farway"]);
    command.args(["--bin", "farway", "--no-default-features", "--target", plan.target()]);
    // Cargo's own folder for the profile would be the one that the programs are put into.
    let work = target_dir().join("static");
    command.arg("--target-dir").arg(&work).envs(plan.env());
    succeed("cargo", &mut command)?;
    let built = work.join(plan.target()).join("dist/farway");
    let bytes = fs::read(&built).map_err(io(format!("read {}", built.display())))?;
    elf::check(&bytes, arch.machine)
        .map_err(|reason| DistError::NotStatic { path: built.clone(), reason })?;
    // The proof of it, where there can be one: perhaps something here runs programs of other processors.
    let mut version = Command::new(&built);
    match succeed("the program just built", version.arg("--version").stdout(std::process::Stdio::null())) {
        Err(DistError::Io { .. }) if arch.name != std::env::consts::ARCH => {}
        result => result?,
    }
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(io("make the folder".into()))?;
    fs::copy(&built, to).map_err(io(format!("write {}", to.display())))
}

/// Writes the hashes in the form that `sha256sum -c` reads.
fn sums(dir: &Path) -> Result<(), DistError> {
    let mut text = String::new();
    for name in ARCHS.map(file_name) {
        let Ok(bytes) = fs::read(dir.join(&name)) else { continue };
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        text += &format!("{hash}  {name}\n");
    }
    let path = dir.join("SHA256SUMS");
    if text.is_empty() {
        // There may never have been one.
        let _ = fs::remove_file(path);
        return Ok(());
    }
    fs::write(&path, text).map_err(io(format!("write {}", path.display())))
}

fn succeed(name: &str, command: &mut Command) -> Result<(), DistError> {
    let status = command.status().map_err(io(format!("start {name}")))?;
    if status.success() { Ok(()) } else { Err(DistError::Failed(format!("{name} ({status})"))) }
}

fn io(what: String) -> impl FnOnce(std::io::Error) -> DistError {
    move |source| DistError::Io { what, source }
}
