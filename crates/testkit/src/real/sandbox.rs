//! A test's own little home: folders, settings and environment. Not a security boundary.
//!
//! Invariant: programs started through [`Sandbox::command`] see nothing of the user's settings, draw the same pixels
//! every time, and are gone when the sandbox is dropped.

use super::RealError;
use super::error::Doing;
use super::process::{self, Process};
use std::cell::Cell;
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The account compositors run as when the tests run as root: sway refuses root. Debian's `nobody`.
pub const NOBODY: u32 = 65534;

const GTK: &str = "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\ngtk-font-name=DejaVu Sans 10\n\
                   gtk-theme-name=Adwaita\ngtk-icon-theme-name=Adwaita\ngtk-recent-files-enabled=0\n";
// GTK redraws parts over antialiased edges, so that such edges depend on how often they were drawn. Without rounded
// corners, gradients and shadows the pixels depend on the content alone.
const CSS: &str = "* { transition: none; animation: none; border-radius: 0; box-shadow: none; \
                   text-shadow: none; -gtk-icon-shadow: none; background-image: none; }\n";
const FOOT: &str = "font=DejaVu Sans Mono:size=9\npad=4x4\nworkers=1\n[bell]\n[cursor]\nblink=no\n\
                    [csd]\nfont=DejaVu Sans\n[scrollback]\nlines=100\n";
const WESTON: &str = "[terminal]\nfont=DejaVu Sans Mono\nfont-size=12\n";
const FONTS: &str = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>\
                     <dir>/usr/share/fonts</dir><include ignore_missing=\"yes\">/etc/fonts/conf.d</include>\
                     <cachedir prefix=\"xdg\">fontconfig</cachedir></fontconfig>";

/// Temporary folders, settings and the environment for the programs of one run.
#[derive(Debug)]
pub struct Sandbox {
    dir: tempfile::TempDir,
    test: String,
    serial: Cell<u32>,
}

impl Sandbox {
    /// Makes the folders and settings. `test` names the folder of kept files under `target/real`.
    pub fn new(test: &str) -> Result<Self, RealError> {
        // A short path: socket addresses hold 107 bytes.
        let dir = tempfile::Builder::new().prefix("fw-").tempdir_in("/tmp").doing("make a sandbox")?;
        let sandbox = Sandbox { dir, test: test.to_owned(), serial: Cell::new(0) };
        // Compositors may run as another user, who has to reach a folder within.
        set_mode(sandbox.path(), 0o711)?;
        for name in ["home", "run", "log", "home/.config", "home/.cache"] {
            sandbox.folder(name)?;
        }
        let write = |name: &str, text: &str| -> Result<(), RealError> {
            let file = sandbox.path().join("home/.config").join(name);
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent).doing("make a settings folder")?;
            }
            fs::write(&file, text).doing(format!("write {}", file.display()))
        };
        write("gtk-3.0/settings.ini", GTK)?;
        write("gtk-4.0/settings.ini", GTK)?;
        write("gtk-3.0/gtk.css", CSS)?;
        write("gtk-4.0/gtk.css", CSS)?;
        write("foot/foot.ini", FOOT)?;
        write("weston.ini", WESTON)?;
        write("fonts.conf", FONTS)?;
        Ok(sandbox)
    }

    /// The sandbox's folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The test's name.
    pub fn test(&self) -> &str {
        &self.test
    }

    /// The applications' `XDG_RUNTIME_DIR`.
    pub fn runtime(&self) -> PathBuf {
        self.path().join("run")
    }

    /// A path in the runtime folder that nothing else on the machine uses, for a socket.
    pub fn socket(&self, label: &str) -> PathBuf {
        let tag = self.path().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.runtime().join(format!("{label}-{}-{tag}", self.next()))
    }

    /// Makes (or finds) a folder of mode 0700 in the sandbox.
    pub fn folder(&self, name: &str) -> Result<PathBuf, RealError> {
        let path = self.path().join(name);
        fs::create_dir_all(&path).doing(format!("make {}", path.display()))?;
        set_mode(&path, 0o700)?;
        Ok(path)
    }

    /// Makes a folder with a name of its own.
    pub fn new_folder(&self, label: &str) -> Result<PathBuf, RealError> {
        self.folder(&format!("{label}{}", self.next()))
    }

    /// As [`Sandbox::folder`], owned by the account that compositors run as.
    pub fn folder_of_compositor(&self, name: &str) -> Result<PathBuf, RealError> {
        let path = self.folder(name)?;
        if is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).doing(format!("chown {}", path.display()))?;
        }
        Ok(path)
    }

    /// A command with the sandbox's environment and nothing of the caller's but `PATH`; no input, output dropped.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.path().join("home");
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()));
        command.env("HOME", &home).env("XDG_RUNTIME_DIR", self.runtime()).env("FARWAY_SANDBOX", self.path());
        command.env("XDG_CONFIG_HOME", home.join(".config")).env("XDG_CACHE_HOME", home.join(".cache"));
        command.env("XDG_DATA_HOME", home.join(".local/share"));
        command.env("FONTCONFIG_FILE", home.join(".config/fonts.conf"));
        command.envs([
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("SHELL", "/bin/sh"),
            ("TERM", "xterm"),
            ("USER", "test"),
            ("RUST_BACKTRACE", "1"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("GALLIUM_DRIVER", "softpipe"),
            ("GDK_BACKEND", "wayland"),
            ("GSK_RENDERER", "cairo"),
            ("GSETTINGS_BACKEND", "memory"),
            ("GTK_A11Y", "none"),
            ("NO_AT_BRIDGE", "1"),
            ("GDK_DEBUG", "no-portals"),
            ("QT_QPA_PLATFORM", "wayland"),
            ("QT_QUICK_BACKEND", "software"),
            ("QT_STYLE_OVERRIDE", "Fusion"),
            ("QT_WAYLAND_DISABLE_WINDOWDECORATION", "1"),
            ("QT_FONT_DPI", "96"),
            ("XCURSOR_SIZE", "24"),
        ]);
        command
    }

    /// Starts `command`; what it writes to standard error goes to a log named after `label`.
    pub fn start(&self, label: &str, command: Command) -> Result<Process, RealError> {
        Process::start(label, command, self.log(label))
    }

    /// As [`Sandbox::start`], for a command with a terminal; see [`Process::start_on_terminal`].
    pub fn start_on_terminal(
        &self,
        label: &str,
        command: Command,
        terminal: OwnedFd,
    ) -> Result<Process, RealError> {
        Process::start_on_terminal(label, command, terminal, self.log(label))
    }

    fn log(&self, label: &str) -> PathBuf {
        self.path().join("log").join(format!("{:02}-{label}.log", self.next()))
    }

    /// The folder for what is kept after a failure: `target/real/TEST`.
    pub fn keep_dir(&self) -> PathBuf {
        super::programs::target_dir().join("real").join(&self.test)
    }

    /// Copies the logs to [`Sandbox::keep_dir`] under the prefix `run`.
    pub fn keep_logs(&self, run: &str) -> Result<(), RealError> {
        let to = self.keep_dir();
        fs::create_dir_all(&to).doing(format!("make {}", to.display()))?;
        for entry in fs::read_dir(self.path().join("log")).doing("list logs")?.flatten() {
            let name = format!("{run}-{}", entry.file_name().to_string_lossy());
            fs::copy(entry.path(), to.join(&name)).doing(format!("keep {name}"))?;
        }
        Ok(())
    }

    fn next(&self) -> u32 {
        self.serial.replace(self.serial.get() + 1)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        process::sweep(self.path());
    }
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set_mode(path: &Path, mode: u32) -> Result<(), RealError> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).doing(format!("chmod {}", path.display()))
}
