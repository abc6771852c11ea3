//! How a far machine is reached: the words for OpenSSH's ssh and for Dropbear's dbclient. Runs nothing but [`Client::run`].
//!
//! Invariant: a client reads no settings but its own, knows the host's key beforehand and never asks anything.

use super::super::error::Doing;
use super::super::wait::{self, DEADLINE};
use super::super::{RealError, Sandbox, programs};
use super::{Relay, USER};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The name in the client's `ssh_config`.
const HOST: &str = "far";

/// Keys and settings of one account on one server, and the port it is reached by.
#[derive(Clone, Debug)]
pub struct Client {
    dir: PathBuf,
    port: u16,
}

impl Client {
    /// Writes the client's files into `dir/client`, where its key already is.
    pub(super) fn make(dir: &Path, port: u16, host_key: &str) -> Result<Self, RealError> {
        let dir = dir.join("client");
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).doing("chmod the client's folder")?;
        fs::write(dir.join("known_hosts"), format!("{HOST} {host_key}")).doing("write known_hosts")?;
        let client = Client { dir, port };
        client.write_config()?;
        Ok(client)
    }

    /// The same through a relay.
    pub fn through(&self, relay: &Relay) -> Result<Self, RealError> {
        let client = Client { dir: self.dir.clone(), port: relay.port() };
        client.write_config()?;
        Ok(client)
    }

    /// The port that is dialled.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The private key, in OpenSSH's form.
    pub fn key(&self) -> PathBuf {
        self.dir.join("key")
    }

    /// The settings file for OpenSSH's ssh.
    pub fn config(&self) -> PathBuf {
        self.dir.join(format!("config-{}", self.port))
    }

    /// Words for OpenSSH's ssh, destination last: `-F FILE far`.
    pub fn openssh(&self) -> Vec<String> {
        vec!["-F".into(), self.config().display().to_string(), HOST.into()]
    }

    /// Words for OpenSSH's ssh that name everything on the command line: `-F none -i KEY … -p PORT USER@127.0.0.1`.
    pub fn openssh_options(&self) -> Vec<String> {
        let mut words: Vec<String> = vec!["-F".into(), "none".into(), "-i".into()];
        words.push(self.key().display().to_string());
        for (name, value) in self.settings() {
            words.extend(["-o".to_owned(), format!("{name}={value}")]);
        }
        words.extend(["-p".into(), self.port.to_string(), format!("{USER}@127.0.0.1")]);
        words
    }

    /// Words for Dropbear's dbclient, destination last.
    pub fn dbclient(&self) -> Vec<String> {
        // -y twice: any host key. It could only look one up in the HOME of its user.
        let key = self.dir.join("key.dropbear").display().to_string();
        let port = self.port.to_string();
        let destination = format!("{USER}@127.0.0.1");
        vec!["-y".into(), "-y".into(), "-i".into(), key, "-p".into(), port, destination]
    }

    /// Runs `command` there with OpenSSH's ssh to its end; what it said and how it ended, good or bad.
    pub fn run(&self, sandbox: &Sandbox, command: &str) -> Result<Output, RealError> {
        let mut ssh = sandbox.command(programs::need("ssh")?);
        ssh.args(self.openssh()).arg(command);
        finish(ssh)
    }

    /// As [`Client::run`], with dbclient.
    pub fn run_dbclient(&self, sandbox: &Sandbox, command: &str) -> Result<Output, RealError> {
        let mut ssh = sandbox.command(programs::need("dbclient")?);
        ssh.args(self.dbclient()).arg(command);
        finish(ssh)
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("HostKeyAlias", HOST.into()),
            ("UserKnownHostsFile", self.dir.join("known_hosts").display().to_string()),
            ("GlobalKnownHostsFile", "/dev/null".into()),
            ("StrictHostKeyChecking", "yes".into()),
            ("UpdateHostKeys", "no".into()),
            ("IdentitiesOnly", "yes".into()),
            ("IdentityAgent", "none".into()),
            ("BatchMode", "yes".into()),
        ]
    }

    fn write_config(&self) -> Result<(), RealError> {
        let (key, port) = (self.key(), self.port);
        let mut text = format!("Host {HOST}\n HostName 127.0.0.1\n Port {port}\n User {USER}\n");
        text += &format!(" IdentityFile {}\n", key.display());
        for (name, value) in self.settings() {
            text += &format!(" {name} {value}\n");
        }
        fs::write(self.config(), text).doing("write ssh_config")
    }
}

/// Runs a command to its end whatever its status, at most for the ordinary deadline.
fn finish(mut command: Command) -> Result<Output, RealError> {
    let label = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().doing(format!("start {label}"))?;
    let pid = rustix::process::Pid::from_child(&child);
    // The pipes are served by the thread, the deadline is kept here.
    let thread = std::thread::spawn(move || child.wait_with_output());
    let ended = wait::until(&format!("{label} ends"), DEADLINE, || Ok(thread.is_finished().then_some(())));
    if ended.is_err() {
        // It is not reaped yet: the thread still waits for it.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
    ended?;
    let output = thread.join().map_err(|_| RealError::Answer("a thread"))?;
    output.doing(format!("wait for {label}"))
}
