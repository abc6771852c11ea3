//! The interop matrix: every program on either side, every compression, every step of the scenario.
//!
//! Not a place for judgement: what is known to fail between foreign programs is a list with reasons, and everything
//! else has to work. Invariant: a cell says of each step what happened, whatever happened in the others.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::scenario::STEPS;
use super::{Both, Pair, RigError};

/// All programs: farway and the foreign ones by their suites.
pub const PROGRAMS: [&str; 4] = ["farway", "bookworm", "trixie", "forky"];

/// All compressions.
pub const COMPRESSIONS: [&str; 3] = ["none", "lz4", "zstd"];

/// A step that cannot work between two programs, and why. `*` stands for every program, `|` for "or".
#[derive(Copy, Clone, Debug)]
pub struct Known {
    /// The application's side.
    pub server: &'static str,
    /// The display's side.
    pub client: &'static str,
    /// The step.
    pub step: &'static str,
    /// The reason.
    pub why: &'static str,
    /// It would only wait for its deadline, so it is not tried.
    pub hangs: bool,
}

impl Known {
    fn is_for(&self, server: &str, client: &str, step: &str) -> bool {
        let is = |pattern: &str, name: &str| pattern.split('|').any(|it| it == "*" || it == name);
        is(self.server, server) && is(self.client, client) && self.step == step
    }
}

/// How one step of a cell ended.
#[derive(Debug)]
pub enum Verdict {
    /// As it must.
    Passed,
    /// As it is known to.
    Expected(&'static str),
    /// Otherwise.
    Failed(String),
}

/// The verdicts of one pair, in the order of [`STEPS`].
#[derive(Debug)]
pub struct Cell {
    /// The application's side.
    pub server: &'static str,
    /// The display's side.
    pub client: &'static str,
    /// The compression.
    pub compress: &'static str,
    /// One for each step.
    pub verdicts: Vec<Verdict>,
    /// How long it took.
    pub took: Duration,
}

impl Cell {
    /// Runs all steps over one pair of processes; a new pair is started when one has ended.
    pub fn run(server: &'static str, client: &'static str, compress: &'static str, known: &[Known]) -> Self {
        let start = Instant::now();
        let mut site = None;
        let verdicts = STEPS
            .iter()
            .map(|step| {
                let known = known.iter().find(|it| it.is_for(server, client, step.name));
                if let Some(Known { why, hangs: true, .. }) = known {
                    return Verdict::Expected(why);
                }
                match (with_site(&mut site, server, client, compress, step.run), known) {
                    (Ok(()), _) => Verdict::Passed,
                    (Err(_), Some(known)) => Verdict::Expected(known.why),
                    (Err(error), None) => Verdict::Failed(error.to_string()),
                }
            })
            .collect();
        Self { server, client, compress, verdicts, took: start.elapsed() }
    }

    /// Whether nothing failed that must work.
    pub fn passed(&self) -> bool {
        !self.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Failed(_)))
    }
}

impl fmt::Display for Cell {
    /// One line, with a further one for each failure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marks: String = self.verdicts.iter().map(Verdict::mark).collect();
        let Self { server, client, compress, took, .. } = self;
        let word = if self.passed() { "ok" } else { "FAILED" };
        write!(f, "{server:>8} -> {client:<8} {compress:<4} {marks} {word} {:.1}s", took.as_secs_f32())?;
        for (step, verdict) in STEPS.iter().zip(&self.verdicts) {
            if let Verdict::Failed(why) = verdict {
                write!(f, "\n    {}: {why}", step.name)?;
            }
        }
        Ok(())
    }
}

impl Verdict {
    fn mark(&self) -> char {
        match self {
            Self::Passed => '+',
            Self::Expected(_) => 'k',
            Self::Failed(_) => 'X',
        }
    }
}

fn with_site(
    site: &mut Option<Both>,
    server: &str,
    client: &str,
    compress: &str,
    run: fn(&mut Both) -> Result<(), RigError>,
) -> Result<(), RigError> {
    if site.as_mut().is_none_or(|site| site.check().is_err()) {
        *site = Some(Both::start(&Pair::new(server, client, compress)?)?);
    }
    let Some(site) = site else { return Ok(()) };
    run(site).map_err(|error| match site.check() {
        // The end of a process explains more than what follows from it.
        Err(ended) => ended,
        Ok(()) => error,
    })
}

/// Runs cells on so many threads; each is given to `report` as it ends.
pub fn run_all(
    cells: &[(&'static str, &'static str, &'static str)],
    known: &[Known],
    threads: usize,
    report: impl Fn(&Cell) + Sync,
) -> Vec<Cell> {
    let queue = Mutex::new(cells.iter());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some((server, client, compress)) = next else { return };
                    let cell = Cell::run(server, client, compress, known);
                    report(&cell);
                    if let Ok(mut done) = done.lock() {
                        done.push(cell);
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

/// A table of all cells: a row for each server and compression, a column for each client.
pub fn table(cells: &[Cell]) -> String {
    let mut text = format!("{:<16}", "server");
    for client in PROGRAMS {
        text += &format!(" {client:^16}");
    }
    for server in PROGRAMS {
        for compress in COMPRESSIONS {
            let row = |client| {
                cells.iter().find(|it| (it.server, it.client, it.compress) == (server, client, compress))
            };
            if PROGRAMS.iter().all(|client| row(client).is_none()) {
                continue;
            }
            text += &format!("\n{:<16}", format!("{server} {compress}"));
            for client in PROGRAMS {
                let marks: String = row(client).map_or(" ".repeat(STEPS.len()), |cell| {
                    cell.verdicts.iter().map(Verdict::mark).collect()
                });
                text += &format!(" {marks:^20}");
            }
        }
    }
    let steps: Vec<_> = STEPS.iter().map(|step| step.name).collect();
    format!("{text}\nsteps: {}; + passed, k known not to work, X failed", steps.join(" "))
}
