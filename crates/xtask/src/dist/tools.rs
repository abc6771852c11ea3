//! How a static program for a processor can be built with what this machine has. Builds nothing.
//!
//! Invariant: what the user has set in the environment is used as it is; nothing is installed but by rustup.

use super::super::test::in_path;
use super::{Arch, DistError};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A way to build.
#[derive(Debug)]
pub struct Plan {
    target: String,
    subcommand: &'static str,
    compiler: Compiler,
    libc: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Compiler {
    /// Named by the environment.
    Env,
    /// zig, by cargo-zigbuild.
    Zig,
    /// The one that compiles for this machine.
    Host,
    /// A program in PATH, which links as well unless told otherwise.
    Named(String),
}

/// The target's name in Rust.
pub fn triple(arch: Arch, libc: &str) -> String {
    format!("{}-unknown-linux-{libc}", arch.name)
}

impl Plan {
    /// The best way there is, or exactly what is missing.
    pub fn find(arch: Arch) -> Result<Self, DistError> {
        let host = arch.name == std::env::consts::ARCH && std::env::consts::OS == "linux";
        let musl = triple(arch, "musl");
        let mut missing = Vec::new();
        if has_std(&musl) || (rustup_add(&musl) && has_std(&musl)) {
            let names = [format!("{}-linux-musl-gcc", arch.name), format!("{}-linux-gnu-gcc", arch.name)];
            let mut candidates = Vec::from(names);
            if host {
                candidates.insert(0, "musl-gcc".to_owned());
            }
            match compiler(&musl, &candidates) {
                Some(compiler) => return Ok(Plan::new(musl, "musl", compiler)),
                None => {
                    let list = candidates.join(", ");
                    let packages = if host { "musl-tools" } else { arch.packages };
                    missing.push(format!(
                        "a C compiler for {musl} (cargo-zigbuild, {list}, or set {}; Debian: apt install {packages})",
                        cc(&musl)
                    ));
                }
            }
        } else {
            missing.push(format!("the standard library of {musl} (rustup target add {musl})"));
        }
        let gnu = triple(arch, "gnu");
        if !has_std(&gnu) {
            missing.push(format!("the standard library of {gnu}"));
        } else if host {
            return Ok(Plan::new(gnu, "gnu", Compiler::Host));
        } else {
            match compiler(&gnu, &[format!("{}-linux-gnu-gcc", arch.name)]) {
                Some(compiler) => return Ok(Plan::new(gnu, "gnu", compiler)),
                None => missing.push(format!("a C compiler for {gnu} ({}-linux-gnu-gcc)", arch.name)),
            }
        }
        Err(DistError::Missing(missing.join("; or ")))
    }

    fn new(target: String, libc: &'static str, compiler: Compiler) -> Self {
        let subcommand = if compiler == Compiler::Zig { "zigbuild" } else { "build" };
        Plan { target, subcommand, compiler, libc }
    }

    /// The target for cargo.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What builds: `build` or `zigbuild`.
    pub fn subcommand(&self) -> &'static str {
        self.subcommand
    }

    /// One line about it.
    pub fn describe(&self) -> String {
        let by = match &self.compiler {
            Compiler::Env => "the environment's compiler".to_owned(),
            Compiler::Zig => "cargo-zigbuild".to_owned(),
            Compiler::Host => "this machine's compiler".to_owned(),
            Compiler::Named(name) => name.clone(),
        };
        let why =
            if self.libc == "gnu" { ", glibc linked statically as there is no musl target" } else { "" };
        format!("{} with {by}{why}", self.target)
    }

    /// What cargo's environment gets.
    pub fn env(&self) -> Vec<(String, String)> {
        let mut env = Vec::new();
        if let Compiler::Named(name) = &self.compiler {
            env.push((cc(&self.target), name.clone()));
            // Rust brings musl's startup files along and links with any compiler of the processor; musl-gcc would
            // bring its own a second time.
            if name != "musl-gcc" {
                env.push((cargo_name(&self.target, "LINKER"), name.clone()));
            }
        }
        let foreign = matches!(&self.compiler, Compiler::Named(name) if name.ends_with("-gnu-gcc"));
        if foreign && self.libc == "musl" {
            // Where a distribution has it on, C code would ask for checks that only glibc has.
            let name = format!("CFLAGS_{}", self.target.replace('-', "_"));
            let flags = std::env::var(&name).unwrap_or_default();
            env.push((name, format!("{flags} -U_FORTIFY_SOURCE").trim_start().to_owned()));
        }
        // RUSTFLAGS hides the target's own flags.
        let hiding = std::env::var("RUSTFLAGS").ok().map(|flags| ("RUSTFLAGS".to_owned(), flags));
        let name = cargo_name(&self.target, "RUSTFLAGS");
        let (name, flags) = hiding.unwrap_or_else(|| (name.clone(), std::env::var(name).unwrap_or_default()));
        if !flags.contains("+crt-static") {
            env.push((name, format!("{flags} -Ctarget-feature=+crt-static").trim_start().to_owned()));
        }
        env
    }
}

/// Who compiles C and links for `target`.
fn compiler(target: &str, candidates: &[String]) -> Option<Compiler> {
    let set = [cc(target), cargo_name(target, "LINKER")];
    if set.iter().any(|name| std::env::var_os(name).is_some()) {
        return Some(Compiler::Env);
    }
    if in_path("cargo-zigbuild") {
        return Some(Compiler::Zig);
    }
    candidates.iter().find(|name| in_path(name)).cloned().map(Compiler::Named)
}

/// The variable that names the C compiler of a target.
fn cc(target: &str) -> String {
    format!("CC_{}", target.replace('-', "_"))
}

/// A variable of cargo about a target.
fn cargo_name(target: &str, what: &str) -> String {
    format!("CARGO_TARGET_{}_{what}", target.replace('-', "_").to_uppercase())
}

/// Whether the compiler has the standard library of `target`.
fn has_std(target: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.current_dir(super::super::test::workspace()).args([
        "--print",
        "target-libdir",
        "--target",
        target,
    ]);
    let Ok(output) = command.output() else { return false };
    let dir = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Asks rustup for a target. A "no" is final.
fn rustup_add(target: &str) -> bool {
    if !in_path("rustup") || std::env::var_os("RUSTC").is_some() {
        return false;
    }
    let mut command = Command::new("rustup");
    command.current_dir(super::super::test::workspace()).args(["target", "add", target]);
    command.env("RUSTUP_MAX_RETRIES", "0").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ok = command.status().is_ok_and(|status| status.success());
    if !ok {
        println!("xtask: dist: rustup has no {target}");
    }
    ok
}

#[cfg(test)]
mod tests;
