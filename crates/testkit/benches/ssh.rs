//! How long a user waits for the first window of a program on another machine, and for a link that was cut: farway,
//! beside plain ssh with a direct start, and beside `waypipe ssh`. Ratios within a run: machines differ and are noisy.
//!
//! `cargo bench -p farway-testkit --bench ssh -- [--rounds N] [--against SUITE]`. Needs what `cargo xtask test`
//! installs. `SUITE` is a folder of the foreign programs (`FARWAY_PEERS`).

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio as Null};
use std::time::{Duration, Instant};

use farway_testkit::real::compositor::view::windows;
use farway_testkit::real::process::Process;
use farway_testkit::real::ssh::{Client, Cut, Far, Relay, Server};
use farway_testkit::real::{Compositor, Kind, RealError, Sandbox, programs, wait};

/// What is run: a terminal that shows itself and waits.
const PROGRAM: [&str; 3] = ["foot", "sleep", "1000"];

/// One way, where the distance is great.
const DELAY: Duration = Duration::from_millis(50);

struct Bench {
    sandbox: Sandbox,
    view: Compositor,
    rounds: usize,
}

fn main() -> Result<(), RealError> {
    let mut words = std::env::args().skip(1);
    let (mut rounds, mut suite) = (7, String::from("forky"));
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next().and_then(|it| it.parse().ok()).unwrap_or(rounds),
            "--against" => suite = words.next().unwrap_or(suite),
            _ => {}
        }
    }
    // The program under test must be as fast as it is for users.
    let sandbox = Sandbox::new("bench_ssh")?;
    let view = Compositor::start(&sandbox, Kind::View)?;
    let bench = Bench { sandbox, view, rounds };
    let server = Server::sshd(&bench.sandbox, &Far::with_farway(), &[])?;
    let near = server.client().clone();
    let relay = Relay::start(near.port(), DELAY)?;
    let distant = near.through(&relay)?;
    bench.startup("loopback", &near, &suite)?;
    bench.startup("100 ms", &distant, &suite)?;
    bench.cuts(&relay, &distant)
}

impl Bench {
    fn startup(&self, name: &str, client: &Client, suite: &str) -> Result<(), RealError> {
        let farway = programs::farway()?;
        let waypipe = programs::peer(suite);
        let mut times: [Vec<f64>; 4] = Default::default();
        for _ in 0..self.rounds {
            times[0].push(self.first_window(self.sandbox.command(programs::need("foot")?), &PROGRAM[1..])?);
            times[1].push(self.plain(client)?);
            times[2].push(self.far_window(&farway, &[], client)?);
            if let Some(waypipe) = &waypipe {
                let remote = format!("--remote-bin={}", waypipe.display());
                times[3].push(self.far_window(waypipe, &["--no-gpu", &remote], client)?);
            }
        }
        let [direct, plain, farway, waypipe] = times.map(median);
        println!(
            "{name}: direct start {direct:.0} ms, ssh {plain:.0} ms, farway ssh {farway:.0} ms = {:.2} of both",
            { farway / (direct + plain) }
        );
        if waypipe > 0.0 {
            println!("{name}: waypipe ssh {waypipe:.0} ms, farway is {:.2} of that", farway / waypipe);
        }
        Ok(())
    }

    /// Milliseconds until ssh has run nothing.
    fn plain(&self, client: &Client) -> Result<f64, RealError> {
        let start = Instant::now();
        client.run(&self.sandbox, "true")?;
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    fn far_window(&self, program: &Path, options: &[&str], client: &Client) -> Result<f64, RealError> {
        let words: Vec<OsString> = client.openssh().into_iter().map(Into::into).collect();
        let mut command = self.sandbox.command(PathBuf::from(program));
        command.args(options).arg("ssh").args(words);
        self.first_window(command, &PROGRAM)
    }

    /// Milliseconds from the start of a command to its window.
    fn first_window(&self, mut command: Command, words: &[&str]) -> Result<f64, RealError> {
        command.args(words.iter().map(OsStr::new)).env("WAYLAND_DISPLAY", self.view.display());
        command.stdin(Null::null()).stdout(Null::null());
        let start = Instant::now();
        let process = self.sandbox.start("client", command)?;
        self.windows(1)?;
        let took = start.elapsed().as_secs_f64() * 1e3;
        self.end(process)?;
        Ok(took)
    }

    fn end(&self, mut process: Process) -> Result<(), RealError> {
        process.signal(rustix::process::Signal::TERM)?;
        let patience = Instant::now() + Duration::from_secs(2);
        while !windows(self.view.display())?.is_empty() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        // A waypipe's processes survive their parent.
        process.kill();
        self.windows(0)
    }

    /// Waits, without a pause that would be measured, for so many windows.
    fn windows(&self, count: usize) -> Result<(), RealError> {
        let end = Instant::now() + wait::DEADLINE;
        while windows(self.view.display())?.len() != count {
            if Instant::now() > end {
                return Err(RealError::Timeout { what: format!("{count} windows"), seconds: 20 });
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Milliseconds from a cut to the first byte of the command behind it.
    fn cuts(&self, relay: &Relay, client: &Client) -> Result<(), RealError> {
        let words: Vec<String> = client.openssh().into_iter().chain(["cat".into()]).collect();
        let stdio = farway_testkit::real::ssh::Stdio::Pipes;
        let mut talk = farway_testkit::real::ssh::farway_ssh(
            &self.sandbox,
            Some(self.view.display()),
            stdio,
            &[],
            &words,
        )?;
        talk.send(b"begin\n")?;
        talk.expect("begin")?;
        let mut times = Vec::new();
        for round in 0..self.rounds {
            let word = format!("round {round}.");
            relay.cut(Cut::Reset);
            relay.heal();
            let start = Instant::now();
            talk.send(format!("{word}\n").as_bytes())?;
            talk.expect(&word)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let plain = median((0..self.rounds).map(|_| self.plain(client)).collect::<Result<_, _>>()?);
        let back = median(times);
        println!("cut at 100 ms: {back:.0} ms until the next byte; ssh alone {plain:.0} ms");
        Ok(())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
