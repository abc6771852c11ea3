//! The mount namespace a far machine's server runs in: its account, its volumes. Not a container: processes, network and
//! users are those of this machine.
//!
//! Invariant: no mount is seen outside, and all of them go with the last process in there.

use super::super::sandbox::is_root;
use super::super::{RealError, Sandbox, programs};
use super::far::{Machine, Root, Volume, account};
use std::ffi::OsStr;
use std::process::Command;

/// A command that runs `server` (a program and its arguments) as the far account inside the namespace.
pub fn command(sandbox: &Sandbox, machine: &Machine, server: &[&OsStr]) -> Result<Command, RealError> {
    let script = machine.write("setup", &script(sandbox, machine), 0o644)?;
    let mut command = sandbox.command(programs::need("unshare")?);
    command.args(["--mount", "--propagation", "private"]);
    if !is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.arg("/bin/sh").arg(script).args(server);
    // sshd wants no environment of a test; what matters reaches sessions by the login script.
    command.env_remove("XDG_RUNTIME_DIR").env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
    command.env_remove("XDG_DATA_HOME").env("HOME", machine.home());
    Ok(command)
}

/// Makes the mounts, then becomes the server.
fn script(sandbox: &Sandbox, machine: &Machine) -> String {
    let (dir, far) = (machine.dir().display(), machine.far());
    let (user, group) = account();
    // Inside a user namespace of our own, the caller is root until the last line.
    let (owner_user, owner_group) = if is_root() { (user, group) } else { (0, 0) };
    let volume = |volume: Volume, at: &str, bits: &str| {
        let options = match volume {
            Volume::Plain => return String::new(),
            Volume::Noexec => "size=64m,noexec".to_owned(),
            Volume::Tiny(kib) => format!("size={kib}k"),
        };
        let owner = format!("mode={bits},uid={owner_user},gid={owner_group},nosuid,nodev");
        format!("mount -t tmpfs -o '{options},{owner}' tmpfs '{at}'\n")
    };
    let mut text = String::from("set -e\n");
    if far.root == Root::Whole && far.tmp != Volume::Plain {
        // The sandbox itself is in /tmp: out of the way and back.
        let sandbox = sandbox.path().display();
        text += &format!("mount --rbind '{sandbox}' /mnt\n{}", volume(far.tmp, "/tmp", "1777"));
        text += &format!("mkdir -p '{sandbox}'\nmount --rbind /mnt '{sandbox}'\numount -l /mnt\n");
    }
    text += &volume(far.home, &format!("{dir}/home"), "0700");
    text += &format!("cp -R '{dir}/skel/.' '{dir}/home/'\n");
    text += &format!("chown -R {owner_user}:{owner_group} '{dir}/home'\n");
    if far.root != Root::Whole {
        let root = format!("{dir}/root");
        text += &format!("mkdir -p '{root}/run/user' '{root}/run/bin' '{root}{dir}'\n");
        for (from, to) in [("/dev", "dev"), ("/proc", "proc")] {
            text += &format!("mount --rbind {from} '{root}/{to}'\n");
        }
        for (from, to) in [("home", "home"), ("run", "run/user"), ("bin", "run/bin")] {
            text += &format!("mount --rbind '{dir}/{from}' '{root}/{to}'\n");
        }
        text += &volume(far.tmp, &format!("{root}/tmp"), "1777");
    }
    for name in ["passwd", "group", "shells"] {
        text += &format!("mount --bind '{dir}/{name}' /etc/{name}\n");
    }
    text += &if is_root() {
        format!("exec setpriv --reuid {user} --regid {group} --clear-groups -- \"$@\"\n")
    } else {
        format!("exec unshare --user --map-user={user} --map-group={group} -- \"$@\"\n")
    };
    text
}
