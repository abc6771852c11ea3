//! Where programs are: installed ones, `farway` itself, the foreign peers. Installs nothing; `cargo xtask test` does.
//!
//! Invariant: a program that is missing is either said in one line or an error, never passed over in silence.

use super::RealError;
use super::error::Doing;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The foreign implementations: the Debian suites that `cargo xtask test` unpacks them from.
pub const PEERS: [&str; 3] = ["bookworm", "trixie", "forky"];

/// A program that can be a side of the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// `farway`, a peer's suite, or the path.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
}

impl Program {
    /// `farway`, a peer by its suite, or an executable by its path.
    pub fn find(name: &str) -> Result<Self, RealError> {
        let path = match name {
            "farway" => farway()?,
            path if path.contains('/') => PathBuf::from(path),
            suite => peer(suite).ok_or_else(|| RealError::Missing(format!("waypipe of {suite}")))?,
        };
        Ok(Program { name: name.to_owned(), path })
    }
}

/// The first executable called `name` in `PATH`, or where servers are although not every user's `PATH` names it.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    dirs.map(|dir| dir.join(name)).find(|p| executable(p))
}

/// As [`find`], or an error.
pub fn need(name: &str) -> Result<PathBuf, RealError> {
    find(name).ok_or_else(|| RealError::Missing(name.to_owned()))
}

/// Whether `name` is there; else prints `skipped: no NAME`.
///
/// `name` is a program in `PATH`, `peer:SUITE`, or `python:MODULE` for a module of the system's Python
/// (`python:Gtk-3.0` for one that is found through GObject introspection).
///
/// # Panics
/// When it is missing although `FARWAY_NO_SKIP` is set.
pub fn present(name: &str) -> bool {
    let there = match name.split_once(':') {
        Some(("peer", suite)) => peer(suite).is_some(),
        Some(("python", module)) => python(module),
        _ => find(name).is_some(),
    };
    if !there {
        assert!(env::var_os("FARWAY_NO_SKIP").is_none(), "no {name}, and FARWAY_NO_SKIP is set");
        eprintln!("skipped: no {name}");
    }
    there
}

/// The system's own Python: another one in `PATH` would not have Debian's modules.
pub const PYTHON: &str = "/usr/bin/python3";

fn python(module: &str) -> bool {
    let code = match module.split_once('-') {
        Some((name, version)) => format!("import gi; gi.require_version('{name}', '{version}')"),
        None => format!("import {module}"),
    };
    Command::new(PYTHON).args(["-c", &code]).output().is_ok_and(|o| o.status.success())
}

/// The foreign program of a suite, in the folder that `cargo xtask test` fills.
pub fn peer(suite: &str) -> Option<PathBuf> {
    let cache = || Some(PathBuf::from(env::var_os("XDG_CACHE_HOME")?));
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    let dir = match env::var_os("FARWAY_PEERS") {
        Some(dir) => PathBuf::from(dir),
        None => cache().or_else(home)?.join("farway-peers"),
    };
    let path = dir.join(suite).join("usr/bin/waypipe");
    executable(&path).then_some(path)
}

/// The `farway` program: `FARWAY_BIN`, else built (once a process) beside the running test.
pub fn farway() -> Result<PathBuf, RealError> {
    static BUILT: OnceLock<bool> = OnceLock::new();
    if let Some(path) = env::var_os("FARWAY_BIN") {
        return Ok(path.into());
    }
    let profile = profile_dir();
    let path = profile.join("farway");
    let built = BUILT.get_or_init(|| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--package", "farway", "--bin", "farway", "--target-dir"]);
        cargo.arg(target_dir()).current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.file_name().is_some_and(|n| n == "release") {
            cargo.arg("--release");
        }
        cargo.status().is_ok_and(|s| s.success())
    });
    if !built || !executable(&path) {
        return Err(RealError::Missing(path.display().to_string()));
    }
    path.canonicalize().doing(format!("find {}", path.display()))
}

/// A `farway` that needs no loader and no library, for bare machines: `FARWAY_STATIC`, else built (once a process) with
/// glibc linked statically and without windows. Not optimised: `cargo xtask dist` makes those that are sent.
pub fn farway_static() -> Result<PathBuf, RealError> {
    static BUILT: OnceLock<bool> = OnceLock::new();
    if let Some(path) = env::var_os("FARWAY_STATIC") {
        return Ok(path.into());
    }
    // Naming the target keeps the flags from the programs that run while building.
    let target = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let dir = target_dir().join("static");
    let built = BUILT.get_or_init(|| {
        let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", target.replace('-', "_").to_uppercase());
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--package", "farway", "--bin", "farway", "--no-default-features"]);
        cargo.args(["--target", &target, "--target-dir"]).arg(&dir).current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.env(flags, "-Ctarget-feature=+crt-static").env_remove("RUSTFLAGS");
        cargo.status().is_ok_and(|s| s.success())
    });
    let path = dir.join(target).join("debug/farway");
    if !built || !executable(&path) {
        return Err(RealError::Missing(path.display().to_string()));
    }
    path.canonicalize().doing(format!("find {}", path.display()))
}

/// The target folder that the running test was built in.
pub fn target_dir() -> PathBuf {
    profile_dir().parent().map(Path::to_path_buf).unwrap_or_else(env::temp_dir)
}

/// The folder of the running test's profile: `target/debug`. A test runs in its `deps`.
fn profile_dir() -> PathBuf {
    let exe = env::current_exe().unwrap_or_default();
    let dir = exe.parent().unwrap_or(Path::new("."));
    if dir.ends_with("deps") || dir.ends_with("examples") {
        dir.parent().unwrap_or(dir).to_owned()
    } else {
        dir.to_owned()
    }
}

fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
