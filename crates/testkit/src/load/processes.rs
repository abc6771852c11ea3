//! A pair of proxies as processes, and what they cost. Reads `/proc`, so it works on Linux only.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a group of processes used so far.
#[derive(Copy, Clone, Debug, Default)]
pub struct Usage {
    /// User and system time, in ticks of 10 ms.
    pub ticks: u64,
    /// Memory that nobody else shares, in KiB.
    pub private_kib: u64,
    /// Processes.
    pub processes: usize,
}

/// `client` and `server` of one program, joined by a socket, with their process groups.
#[derive(Debug)]
pub struct Pair {
    client: Child,
    server: Child,
    /// Where applications connect.
    pub display: PathBuf,
}

impl Pair {
    /// Starts both and waits until applications can connect. `compositor` is where the client connects to.
    ///
    /// # Errors
    /// A program does not start or does not listen within ten seconds.
    pub fn start(program: &Path, dir: &Path, compositor: &Path, options: &[&str]) -> io::Result<Self> {
        let channel = dir.join("channel");
        let display = dir.join("proxied");
        let run = |mode: &[&str], more: &[&str]| {
            Command::new(program)
                .args(options)
                .args(["-s".as_ref(), channel.as_os_str()])
                .args(more)
                .args(mode)
                .env("XDG_RUNTIME_DIR", dir)
                .env("WAYLAND_DISPLAY", compositor)
                .env_remove("WAYLAND_SOCKET")
                .stdin(Stdio::null())
                .process_group(0)
                .spawn()
        };
        let client = run(&["client"], &[])?;
        wait_for(&channel)?;
        let name = display.to_string_lossy().into_owned();
        let server = run(&["server", "--", "sleep", "3600"], &["--display", &name])?;
        let pair = Self { client, server, display };
        wait_for(&pair.display)?;
        Ok(pair)
    }

    /// What both halves used so far, helpers included, the sleeping command not.
    ///
    /// # Errors
    /// `/proc` cannot be read.
    pub fn usage(&self) -> io::Result<Usage> {
        let groups = [self.client.id(), self.server.id()];
        let mut usage = Usage::default();
        for entry in fs::read_dir("/proc")? {
            let path = entry?.path();
            let Ok(stat) = fs::read_to_string(path.join("stat")) else { continue };
            let Some((start, rest)) = stat.rsplit_once(')') else { continue };
            let fields: Vec<&str> = rest.split_whitespace().collect();
            let field = |n: usize| fields.get(n).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
            if start.ends_with("(sleep") || !groups.contains(&(field(2) as u32)) {
                continue;
            }
            usage.processes += 1;
            // utime, stime, and those of children that ended
            usage.ticks += field(11) + field(12) + field(13) + field(14);
            if let Ok(rollup) = fs::read_to_string(path.join("smaps_rollup")) {
                let private = rollup.lines().filter(|line| line.starts_with("Private_"));
                let kib = private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
                usage.private_kib += kib.sum::<u64>();
            }
        }
        Ok(usage)
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.client] {
            let group = rustix::process::Pid::from_child(child);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            let _ = child.wait();
        }
        let _ = fs::remove_file(&self.display);
        let _ = fs::remove_file(self.display.with_file_name("channel"));
    }
}

fn wait_for(path: &Path) -> io::Result<()> {
    let until = Instant::now() + Duration::from_secs(10);
    while !path.exists() {
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
