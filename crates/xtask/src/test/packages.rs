//! Debian packages that the tests with real programs need. Never removes or upgrades anything.
//!
//! Invariant: only what is missing is installed, and each step is announced in one line.

use super::in_path;
use std::path::Path;
use std::process::{Command, Stdio};

/// Packages of the part `real`, and of `interop`, which runs some of the same programs.
const REAL: [&str; 37] = [
    "adwaita-icon-theme",
    BUSYBOX,
    "dropbear-bin",
    "firefox-esr",
    "fish",
    "fonts-dejavu-core",
    "foot",
    "gir1.2-gtk-3.0",
    "gir1.2-gtk-4.0",
    "grim",
    "gtk-3-examples",
    "gtk-4-examples",
    "libx11-xcb1",
    "libxcursor1",
    "libxi6",
    "libxkbcommon-x11-0",
    "mpv",
    "openbox",
    "openssh-client",
    SSHD,
    "procps",
    "python3",
    "python3-gi",
    "python3-pyqt5",
    "qtwayland5",
    "sway",
    "tcsh",
    "weston",
    "wl-clipboard",
    "wtype",
    "x11-utils",
    "x11-xkb-utils",
    "xclip",
    "xdotool",
    "xkb-data",
    "xvfb",
    "zsh",
];

/// The static one is what a machine without libraries has. Debian's other one will do, and excludes it.
const BUSYBOX: &str = "busybox-static";

/// Brings sshd, which the tests run as an ordinary user, and a service that lets people in.
const SSHD: &str = "openssh-server";

/// Packages that unpack the peers.
const PEERS: [&str; 3] = ["debian-archive-keyring", "dpkg", "patchelf"];

/// Installs what `parts` need and is missing. Whether everything is there in the end.
pub fn install(parts: &[&str]) -> bool {
    let mut wanted: Vec<&str> = Vec::new();
    if parts.iter().any(|p| ["real", "ssh", "interop"].contains(p)) {
        wanted.extend(REAL);
    }
    if parts.iter().any(|p| ["ssh", "interop"].contains(p)) {
        wanted.extend(PEERS);
    }
    if parts.contains(&"cost") {
        wanted.push("valgrind");
    }
    if wanted.is_empty() {
        return true;
    }
    if !in_path("apt-get") || !in_path("dpkg-query") {
        println!("xtask: not a Debian-like system; install the programs of these packages by hand:");
        println!("xtask:   {}", wanted.join(" "));
        return false;
    }
    let missing = missing(&wanted);
    if missing.is_empty() {
        println!("xtask: all {} packages are installed", wanted.len());
        return true;
    }
    let (missing, refused): (Vec<&str>, Vec<&str>) =
        missing.into_iter().partition(|p| *p != SSHD || !Path::new("/run/systemd/system").exists());
    if !refused.is_empty() {
        println!(
            "xtask: not installed, since systemd would start its service: {SSHD}; if you want it, do so by hand"
        );
    }
    println!("xtask: installing {} packages: {}", missing.len(), missing.join(" "));
    apt(&["-qq", "update"]);
    let known: Vec<&str> = missing.iter().copied().filter(|p| known(p)).collect();
    let mut args = vec!["-qq", "-y", "--no-install-recommends", "install"];
    args.extend(&known);
    apt(&args);
    let left = self::missing(&wanted);
    if !left.is_empty() {
        println!("xtask: not installed: {}", left.join(" "));
    }
    left.is_empty()
}

fn missing<'a>(wanted: &[&'a str]) -> Vec<&'a str> {
    let installed = |package: &&str| {
        let query = Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]).output();
        query.is_ok_and(|o| o.stdout.ends_with(b"ok installed"))
    };
    let other = |package: &&str| *package == BUSYBOX && installed(&"busybox");
    wanted.iter().copied().filter(|p| !installed(p) && !other(p)).collect()
}

/// Whether apt knows the package: one unknown name would make it refuse all.
fn known(package: &str) -> bool {
    let show = Command::new("apt-cache").args(["show", package]).output();
    show.is_ok_and(|o| o.status.success())
}

fn apt(args: &[&str]) {
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    let mut command = if root { Command::new("env") } else { Command::new("sudo") };
    if !root {
        command.arg("env");
    }
    // In runlevel 1 no package starts a service.
    command.args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get"]).args(args).stdin(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => println!("xtask: apt-get {}: {status}", args.join(" ")),
        Err(error) => println!("xtask: apt-get could not be run: {error}"),
    }
}
