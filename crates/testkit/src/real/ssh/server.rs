//! ssh servers on loopback: OpenSSH's and Dropbear's, run as an ordinary user. Not a login service of this machine.
//!
//! Invariant: when a constructor returns, the server listens on its port; when a [`Server`] is dropped, it and its
//! connections are gone. What sessions left in the background stays until the sandbox goes, as on a real machine.

use super::super::error::Doing;
use super::super::process::{self, Process};
use super::super::wait::{self, DEADLINE};
use super::super::{RealError, Sandbox, programs};
use super::far::Machine;
use super::{Client, Far, namespace};
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

/// How often another port is tried when somebody was faster.
const ATTEMPTS: u32 = 5;

/// A running ssh server and the far machine behind it.
#[derive(Debug)]
pub struct Server {
    process: Process,
    machine: Machine,
    client: Client,
}

impl Server {
    /// OpenSSH's sshd with further lines for its `sshd_config`, such as `AllowTcpForwarding no`.
    /// Of two lines about one thing sshd takes the first, and these come first.
    pub fn sshd(sandbox: &Sandbox, far: &Far, config: &[&str]) -> Result<Self, RealError> {
        let machine = Machine::make(sandbox, far)?;
        let public = keys(&machine, "hostkey")?;
        let sshd = programs::need("sshd")?;
        for _ in 0..ATTEMPTS {
            let port = free_port()?;
            let path = machine.write("sshd_config", &sshd_config(&machine, port, config), 0o644)?;
            let arguments = [sshd.as_os_str(), "-D".as_ref(), "-e".as_ref(), "-f".as_ref(), path.as_os_str()];
            let mut process = sandbox.start("sshd", namespace::command(sandbox, &machine, &arguments)?)?;
            let line = format!("listening on 127.0.0.1 port {port}.");
            let ready = wait::until("sshd listens", DEADLINE, || {
                let log = process.log_tail();
                if log.contains("Address already in use") {
                    return Ok(Some(false));
                }
                process.check()?;
                Ok(log.contains(&line).then_some(true))
            })?;
            if ready {
                let client = Client::make(machine.dir(), port, &public)?;
                return Ok(Server { process, machine, client });
            }
        }
        Err(RealError::Answer("sshd: no port was free"))
    }

    /// Dropbear's server.
    pub fn dropbear(sandbox: &Sandbox, far: &Far) -> Result<Self, RealError> {
        let machine = Machine::make(sandbox, far)?;
        let public = keys(&machine, "hostkey.openssh")?;
        convert(&machine.dir().join("hostkey.openssh"), &machine.dir().join("hostkey"))?;
        machine.own("hostkey", 0o600)?;
        let (dropbear, key) = (programs::need("dropbear")?, machine.dir().join("hostkey"));
        let pid = machine.runtime().join("dropbear.pid");
        for _ in 0..ATTEMPTS {
            let port = free_port()?;
            let address = format!("127.0.0.1:{port}");
            let words: [&OsStr; 9] = [
                dropbear.as_os_str(),
                "-F".as_ref(),
                "-E".as_ref(),
                "-r".as_ref(),
                key.as_os_str(),
                "-p".as_ref(),
                address.as_ref(),
                "-P".as_ref(),
                pid.as_os_str(),
            ];
            let mut process = sandbox.start("dropbear", namespace::command(sandbox, &machine, &words)?)?;
            let ready = wait::until("dropbear listens", DEADLINE, || {
                if process.log_tail().contains("Address already in use") {
                    return Ok(Some(false));
                }
                process.check()?;
                // Written when it listens.
                Ok(pid.exists().then_some(true))
            })?;
            if ready {
                let client = Client::make(machine.dir(), port, &public)?;
                return Ok(Server { process, machine, client });
            }
        }
        Err(RealError::Answer("dropbear: no port was free"))
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.client.port()
    }

    /// How it is reached, without a relay.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The far machine's files and processes.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The server's process, to signal or to read its log. TERM ends the server and leaves sessions alone.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// Makes the host's key `name` and the client's, lets the client's in; the host's public key.
fn keys(machine: &Machine, name: &str) -> Result<String, RealError> {
    let client = machine.dir().join("client");
    fs::create_dir_all(&client).doing("make the client's folder")?;
    let (host, user) = (machine.dir().join(name), client.join("key"));
    for path in [&host, &user] {
        let mut keygen = Command::new(programs::need("ssh-keygen")?);
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "farway-test", "-f"]).arg(path);
        process::run(keygen)?;
    }
    machine.own(name, 0o600)?;
    if programs::find("dropbearconvert").is_some() {
        convert(&user, &client.join("key.dropbear"))?;
    }
    let read = |path: PathBuf| fs::read_to_string(&path).doing(format!("read {}", path.display()));
    let public = read(user.with_extension("pub"))?;
    machine.write("skel/.ssh/authorized_keys", &public, 0o644)?;
    machine.write("authorized_keys", &public, 0o644)?;
    read(machine.dir().join(format!("{name}.pub")))
}

/// Turns a key of OpenSSH's form into one of Dropbear's.
fn convert(from: &std::path::Path, to: &std::path::Path) -> Result<(), RealError> {
    let mut convert = Command::new(programs::need("dropbearconvert")?);
    convert.args(["openssh", "dropbear"]).arg(from).arg(to);
    process::run(convert).map(drop)
}

fn sshd_config(machine: &Machine, port: u16, more: &[&str]) -> String {
    let dir = machine.dir().display();
    let mut text: String = more.iter().map(|line| format!("{line}\n")).collect();
    text += &format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {dir}/hostkey\n\
         AuthorizedKeysFile {dir}/authorized_keys\nPidFile none\nUsePAM no\nStrictModes no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n\
         UseDNS no\nMaxStartups 100\n"
    );
    // Newer ones shut out addresses whose connections often break, which is what tests do.
    if openssh_version().is_some_and(|version| version >= (9, 8)) {
        text += "PerSourcePenalties no\n";
    }
    text
}

/// `OpenSSH_9.2p1 …` as numbers.
fn openssh_version() -> Option<(u32, u32)> {
    let said = Command::new(programs::find("ssh")?).arg("-V").output().ok()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let (major, rest) = said.strip_prefix("OpenSSH_")?.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A port nobody listens on just now.
fn free_port() -> Result<u16, RealError> {
    let listener = TcpListener::bind("127.0.0.1:0").doing("look for a free port")?;
    Ok(listener.local_addr().doing("look for a free port")?.port())
}
