//! What a far machine is like: its login shell, its folders, what is installed. Not a virtual machine: it shares the
//! kernel and, unless it is bare, the programs of this one.
//!
//! Invariant: whatever a session there starts carries the machine's folder in `FARWAY_SANDBOX`, so that it is found by
//! [`Machine::processes`] and swept with the sandbox. The login shell in its `passwd` is a script that sees to that and
//! then becomes the real shell.

use super::super::error::Doing;
use super::super::sandbox::{NOBODY, is_root};
use super::super::{RealError, Sandbox, process, programs};
use super::USER;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The shell that parses what ssh is told to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoginShell {
    /// `bash`, which reads `.bashrc` below sshd.
    #[default]
    Bash,
    /// `dash`: POSIX and no more.
    Dash,
    /// `fish`: not a Bourne shell.
    Fish,
    /// `tcsh`: a C shell.
    Tcsh,
    /// `zsh`.
    Zsh,
    /// `busybox sh`.
    Busybox,
}

impl LoginShell {
    /// All of them.
    pub const ALL: [LoginShell; 6] = [
        LoginShell::Bash,
        LoginShell::Dash,
        LoginShell::Fish,
        LoginShell::Tcsh,
        LoginShell::Zsh,
        LoginShell::Busybox,
    ];

    /// The program, as `need!` wants it.
    pub fn program(self) -> &'static str {
        match self {
            LoginShell::Bash => "bash",
            LoginShell::Dash => "dash",
            LoginShell::Fish => "fish",
            LoginShell::Tcsh => "tcsh",
            LoginShell::Zsh => "zsh",
            LoginShell::Busybox => "busybox",
        }
    }

    /// The startup file in HOME that is read although no user sits in front of it.
    fn startup_file(self) -> Option<&'static str> {
        match self {
            LoginShell::Bash => Some(".bashrc"),
            LoginShell::Fish => Some(".config/fish/config.fish"),
            LoginShell::Tcsh => Some(".tcshrc"),
            LoginShell::Zsh => Some(".zshenv"),
            LoginShell::Dash | LoginShell::Busybox => None,
        }
    }
}

/// What programs the machine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Root {
    /// Those of this machine.
    #[default]
    Whole,
    /// A root of its own with busybox and nothing else. If that is static (Debian's `busybox-static`): no libraries and
    /// no loader either ([`Machine::has_loader`]). Login shell: `busybox sh`.
    Busybox {
        /// Applets that have no file, such as `gzip`. A shell that finds applets in itself, as Debian's static one
        /// does, has them all the same.
        without: Vec<&'static str>,
    },
}

/// What a folder is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volume {
    /// The file system of the sandbox.
    #[default]
    Plain,
    /// One where nothing can be executed.
    Noexec,
    /// One that is full after so many KiB.
    Tiny(u32),
}

/// Describes a far machine. `Far::default()` is one like this, with bash and without farway.
#[derive(Clone, Debug, Default)]
pub struct Far {
    /// The login shell. A busybox root has its own.
    pub shell: LoginShell,
    /// What programs there are.
    pub root: Root,
    /// What HOME is on.
    pub home: Volume,
    /// What `/tmp` is on. The plain one of a whole root is this machine's.
    pub tmp: Volume,
    /// `PATH`; by default `/usr/local/bin:/usr/bin:/bin`.
    pub path: Option<String>,
    /// The farway under test is in `PATH`; with a busybox root a static one ([`programs::farway_static`]).
    pub farway: bool,
    /// No `XDG_RUNTIME_DIR`, as below many servers without systemd.
    pub no_runtime: bool,
    /// A line that is printed at login: by the shell's startup file, or where there is none, before the shell.
    pub banner: Option<&'static str>,
}

impl Far {
    /// A machine with a login shell.
    pub fn with_shell(shell: LoginShell) -> Self {
        Far { shell, ..Far::default() }
    }

    /// A machine that has busybox and nothing else.
    pub fn bare() -> Self {
        Far { root: Root::Busybox { without: Vec::new() }, shell: LoginShell::Busybox, ..Far::default() }
    }

    /// A machine that has farway in `PATH`.
    pub fn with_farway() -> Self {
        Far { farway: true, ..Far::default() }
    }
}

/// The files of a far machine.
#[derive(Debug)]
pub struct Machine {
    dir: PathBuf,
    far: Far,
}

impl Machine {
    /// Writes the files of `far` into a new folder of the sandbox.
    pub(super) fn make(sandbox: &Sandbox, far: &Far) -> Result<Self, RealError> {
        let dir = sandbox.new_folder("far")?;
        mode(&dir, 0o711)?;
        let machine = Machine { dir, far: far.clone() };
        for name in ["skel/.ssh", "home", "run", "bin", "tmp"] {
            let path = machine.dir.join(name);
            fs::create_dir_all(&path).doing(format!("make {}", path.display()))?;
        }
        machine.own("home", 0o700)?;
        machine.own("run", 0o700)?;
        let id = account();
        let (home, login) = (machine.dir.join("home"), machine.dir.join("login"));
        let passwd = format!(
            "root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n\
             {USER}:x:{}:{}:{USER}:{}:{}\n",
            id.0,
            id.1,
            home.display(),
            login.display()
        );
        machine.write("passwd", &passwd, 0o644)?;
        // Terminals have the account's group already, so that a server without rights need not change it.
        let group = format!("root:x:0:\ntty:x:{}:\nnogroup:x:65534:\n", id.1);
        machine.write("group", &group, 0o644)?;
        machine.write("shells", &format!("/bin/sh\n{}\n", login.display()), 0o644)?;
        if let (Some(file), Some(text)) = (far.shell.startup_file(), far.banner) {
            machine.write(&format!("skel/{file}"), &format!("echo '{text}'\n"), 0o644)?;
        }
        if far.farway {
            let program =
                if far.root == Root::Whole { programs::farway() } else { programs::farway_static() };
            let (from, to) = (program?, machine.dir.join("bin/farway"));
            // A link where that is possible: a debug build is large. The copy is for another file system.
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).doing("copy farway")?;
        }
        if let Root::Busybox { without } = &far.root {
            machine.busybox(without)?;
        }
        machine.write("login", &machine.login_script()?, 0o755)?;
        Ok(machine)
    }

    /// The machine's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The account's HOME as seen from here. Empty while HOME is a volume of its own.
    pub fn home(&self) -> PathBuf {
        self.dir.join("home")
    }

    /// The account's `XDG_RUNTIME_DIR` as seen from here.
    pub fn runtime(&self) -> PathBuf {
        self.dir.join("run")
    }

    /// Whether programs that are not static can run.
    pub fn has_loader(&self) -> bool {
        self.far.root == Root::Whole || self.dir.join("root/lib").exists()
    }

    /// What it was made from.
    pub fn far(&self) -> &Far {
        &self.far
    }

    /// What sessions have started there and still runs: process ids and command lines.
    pub fn processes(&self) -> Vec<(u32, String)> {
        process::marked(format!("FARWAY_SANDBOX={}\0", self.dir.display()).as_bytes())
    }

    /// Writes a file of the machine. Reads as `name` below its folder.
    pub(super) fn write(&self, name: &str, text: &str, bits: u32) -> Result<PathBuf, RealError> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).doing(format!("make {}", parent.display()))?;
        }
        fs::write(&path, text).doing(format!("write {}", path.display()))?;
        mode(&path, bits)?;
        Ok(path)
    }

    /// Gives a file or folder to the account.
    pub(super) fn own(&self, name: &str, bits: u32) -> Result<PathBuf, RealError> {
        let path = self.dir.join(name);
        let (user, group) = account();
        chown(&path, Some(user), Some(group)).doing(format!("chown {}", path.display()))?;
        mode(&path, bits)?;
        Ok(path)
    }

    /// The root of a machine with busybox alone.
    fn busybox(&self, without: &[&str]) -> Result<(), RealError> {
        let root = self.dir.join("root");
        let folder = |path: &Path| fs::create_dir_all(path).doing(format!("make {}", path.display()));
        for name in ["bin", "dev", "proc", "etc", "tmp", "run", "home"] {
            folder(&root.join(name))?;
        }
        mode(&root.join("tmp"), 0o1777)?;
        let busybox = programs::need("busybox")?;
        fs::copy(&busybox, root.join("bin/busybox")).doing("copy busybox")?;
        for library in libraries(&busybox) {
            let to = root.join(library.strip_prefix("/").unwrap_or(&library));
            to.parent().map_or(Ok(()), folder)?;
            fs::copy(&library, &to).doing(format!("copy {}", library.display()))?;
        }
        let mut list = Command::new(&busybox);
        list.arg("--list");
        let list = String::from_utf8_lossy(&process::run(list)?).into_owned();
        for applet in list.lines().filter(|a| *a != "busybox" && !without.contains(a)) {
            symlink("busybox", root.join("bin").join(applet)).doing(format!("link {applet}"))?;
        }
        let (user, group) = account();
        let passwd = format!("{USER}:x:{user}:{group}:{USER}:/home:/bin/sh\n");
        self.write("root/etc/passwd", &passwd, 0o644).map(drop)
    }

    /// The real shell of a whole root.
    fn shell(&self) -> Result<PathBuf, RealError> {
        let program = programs::need(self.far.shell.program())?;
        if self.far.shell != LoginShell::Busybox {
            return Ok(program);
        }
        // It is the applet by its name only, which is also what it has in `SHELL` wherever it is the shell.
        let folder = self.dir.join("shell");
        fs::create_dir_all(&folder).doing("make a folder for the shell")?;
        symlink(program, folder.join("sh")).doing("link the shell")?;
        Ok(folder.join("sh"))
    }

    /// What is in `passwd` as the shell.
    fn login_script(&self) -> Result<String, RealError> {
        let dir = self.dir.display();
        let bare = self.far.root != Root::Whole;
        let banner = self.far.banner.filter(|_| bare || self.far.shell.startup_file().is_none());
        let mut text = format!("#!/bin/sh\nexport FARWAY_SANDBOX='{dir}'\n");
        let path = self.far.path.clone().unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".to_owned());
        let bin = match (self.far.farway, bare) {
            (true, true) => "/run/bin:".to_owned(),
            (true, false) => format!("{dir}/bin:"),
            (false, _) => String::new(),
        };
        let run = if bare { "/run/user".to_owned() } else { format!("{dir}/run") };
        if !self.far.no_runtime {
            text += &format!("export XDG_RUNTIME_DIR='{run}'\n");
        }
        if let Some(line) = banner {
            text += &format!("echo '{line}'\n");
        }
        // The script's own tools are named in full: PATH is that of the far machine from here on.
        let unshare = programs::need("unshare")?.display().to_string();
        text += &format!("export PATH='{bin}{path}'\n");
        if bare {
            // As many rights inside as outside, but a root of its own.
            text += "export HOME=/home SHELL=/bin/sh\n";
            text += &format!(
                "exec {unshare} --user --map-current-user --root='{dir}/root' --wd=/home /bin/sh \"$@\"\n"
            );
        } else {
            let shell = self.shell()?.display().to_string();
            text += &format!("export SHELL='{shell}'\n");
            text += &format!("exec {shell} \"$@\"\n");
        }
        Ok(text)
    }
}

/// What a program needs beside itself: nothing if it is static.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let said = Command::new("ldd").arg(program).output();
    let said = said.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    // `libc.so.6 => /lib/… (0x…)`, and the loader by its path alone.
    let paths = said.lines().filter_map(|l| l.split_whitespace().find(|word| word.starts_with('/')));
    paths.map(PathBuf::from).collect()
}

/// User and group of the far account: the caller's own, or nobody's for root.
pub(super) fn account() -> (u32, u32) {
    if is_root() {
        (NOBODY, NOBODY)
    } else {
        (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
    }
}

fn mode(path: &Path, bits: u32) -> Result<(), RealError> {
    fs::set_permissions(path, fs::Permissions::from_mode(bits)).doing(format!("chmod {}", path.display()))
}
