//! Foreign programs for the interop tests: waypipe of three generations, from Debian's packages. Nothing is installed:
//! each is unpacked with its own loader and libraries into a cache folder, and runs from there.
//!
//! Invariant: `CACHE/SUITE/usr/bin/waypipe` exists only when it has been run successfully.

use super::in_path;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The suites: 0.8 (C), 0.9 (C), 0.10 or newer (Rust).
const SUITES: [&str; 3] = ["bookworm", "trixie", "forky"];

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const MIRROR: &str = "http://deb.debian.org/debian";

/// Fetches the peers that are not there yet. Whether all are there in the end.
pub fn fetch_all() -> bool {
    let Some(cache) = cache() else {
        println!("xtask: no folder for the foreign programs: HOME is not set");
        return false;
    };
    let mut complete = true;
    for suite in SUITES {
        let dir = cache.join(suite);
        if version(&dir).is_none() {
            if !["apt-get", "dpkg-deb", "patchelf", "tar"].iter().all(|p| in_path(p)) {
                println!("xtask: no waypipe of {suite}: needs apt-get, dpkg-deb, patchelf and tar");
                complete = false;
                continue;
            }
            println!("xtask: fetching waypipe of {suite} and its libraries");
            if let Err(error) = fetch(suite, &dir) {
                println!("xtask: no waypipe of {suite}: {error}");
            }
        }
        match version(&dir) {
            Some(version) => println!("xtask: peer {suite}: {version}"),
            None => complete = false,
        }
    }
    complete
}

/// `FARWAY_PEERS`, else a folder among the user's caches; the tests look there too.
fn cache() -> Option<PathBuf> {
    let var = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let caches = || var("XDG_CACHE_HOME").or_else(|| Some(var("HOME")?.join(".cache")));
    var("FARWAY_PEERS").or_else(|| Some(caches()?.join("farway-peers")))
}

/// The first line of `waypipe --version`; `None` when it does not run.
fn version(dir: &Path) -> Option<String> {
    let output = Command::new(dir.join("usr/bin/waypipe")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// Unpacks the package and all it depends on, in `dir`.
fn fetch(suite: &str, dir: &Path) -> Result<(), String> {
    let new = dir.with_extension("new");
    let work = dir.with_extension("apt");
    for old in [dir, &new, &work] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(|e| format!("{}: {e}", old.display()))?;
        }
    }
    let debs = download(suite, &work)?;
    unpack(&debs, &new)?;
    fs::rename(&new, dir).map_err(|e| e.to_string())?;
    // Paths inside are absolute, hence only now.
    relink(dir).inspect_err(|_| {
        let _ = fs::remove_dir_all(dir);
    })?;
    fs::remove_dir_all(&work).map_err(|e| e.to_string())
}

/// Downloads the packages with an apt of its own, whose lists and state are in `work`.
fn download(suite: &str, work: &Path) -> Result<Vec<PathBuf>, String> {
    let debs = work.join("debs");
    for sub in ["lists/partial", "cache/archives/partial", "none", "debs"] {
        fs::create_dir_all(work.join(sub)).map_err(|e| e.to_string())?;
    }
    let write = |name: &str, text: &str| fs::write(work.join(name), text).map_err(|e| e.to_string());
    write("status", "")?;
    write("sources.list", &format!("deb [signed-by={KEYRING}] {} {suite} main\n", mirror()))?;
    let at = work.display();
    write(
        "apt.conf",
        &format!(
            "Dir::State \"{at}\"; Dir::State::lists \"{at}/lists\"; Dir::State::status \"{at}/status\";\n\
             Dir::Cache \"{at}/cache\"; Dir::Etc::sourcelist \"{at}/sources.list\";\n\
             Dir::Etc::sourceparts \"{at}/none\"; Dir::Etc::preferencesparts \"{at}/none\";\n\
             APT::Sandbox::User \"\"; APT::Install-Recommends \"false\"; Acquire::Languages \"none\";\n\
             Acquire::Check-Valid-Until \"false\"; Acquire::Retries \"3\";\n"
        ),
    )?;
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("APT_CONFIG", work.join("apt.conf")).current_dir(&debs).args(args);
        output(command)
    };
    apt(&["-qq", "update"])?;
    // No package is installed in this state, so the simulation names all that waypipe needs, down to the C library.
    let plan = apt(&["-s", "install", "waypipe"])?;
    let names: Vec<&str> =
        plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next()).collect();
    let mut args = vec!["-qq", "download"];
    args.extend(&names);
    apt(&args)?;
    let entries = fs::read_dir(&debs).map_err(|e| e.to_string())?.flatten();
    Ok(entries.map(|e| e.path()).filter(|p| p.extension() == Some(OsStr::new("deb"))).collect())
}

/// Unpacks into `root` without configuring: only the program, its loader and its libraries are used.
fn unpack(debs: &[PathBuf], root: &Path) -> Result<(), String> {
    for sub in ["usr/lib", "usr/lib64"] {
        fs::create_dir_all(root.join(sub)).map_err(|e| e.to_string())?;
    }
    for link in ["lib", "lib64"] {
        let to = format!("usr/{link}");
        std::os::unix::fs::symlink(to, root.join(link)).map_err(|e| e.to_string())?;
    }
    for deb in debs {
        let mut from = Command::new("dpkg-deb");
        from.arg("--fsys-tarfile").arg(deb).stdout(Stdio::piped());
        let mut child = from.spawn().map_err(|e| e.to_string())?;
        let mut tar = Command::new("tar");
        tar.args(["-x", "--keep-directory-symlink", "--no-same-owner", "--wildcards", "-C"]).arg(root);
        tar.args(["--exclude=./usr/share/doc", "--exclude=./usr/share/locale", "--exclude=./dev"]);
        if let Some(stdout) = child.stdout.take() {
            tar.stdin(stdout);
        }
        output(tar)?;
        child.wait().map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Makes the program use the loader and libraries beside it. (A wrapper would not do: it executes itself.)
fn relink(root: &Path) -> Result<(), String> {
    let bin = root.join("usr/bin/waypipe");
    let patchelf = |args: &[&OsStr]| {
        let mut command = Command::new("patchelf");
        command.args(args).arg(&bin);
        output(command)
    };
    let loader = patchelf(&["--print-interpreter".as_ref()])?;
    let loader = root.join(loader.trim().trim_start_matches('/'));
    let loader = resolve(root, &loader).ok_or("its loader is not among the packages")?;
    let libs = fs::read_dir(root.join("usr/lib")).map_err(|e| e.to_string())?.flatten();
    let libs = libs.map(|e| e.path()).find(|p| p.to_string_lossy().contains("-linux-gnu"));
    let libs = libs.ok_or("no folder of libraries")?;
    patchelf(&["--force-rpath".as_ref(), "--set-rpath".as_ref(), libs.as_os_str()])?;
    patchelf(&["--set-interpreter".as_ref(), loader.as_os_str()]).map(drop)
}

/// Follows links that mean another root.
fn resolve(root: &Path, path: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..8 {
        match fs::read_link(&path) {
            Ok(to) if to.is_absolute() => path = root.join(to.strip_prefix("/").ok()?),
            Ok(to) => path = path.parent()?.join(to),
            Err(_) => break,
        }
    }
    path.is_file().then_some(path)
}

/// The Debian mirror that this machine uses already, else Debian's own.
fn mirror() -> String {
    let targets = Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI)"]).output();
    let text = targets.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let own = text.lines().find(|l| l.contains("debian") && !l.contains("security"));
    own.unwrap_or(MIRROR).to_owned()
}

/// Runs a command to its end; its output, or what it complained about.
fn output(mut command: Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{name}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{name}: {}: {}", output.status, log.trim()))
}
