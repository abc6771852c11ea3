//! farway against other programs of the same command line, in one run: frames per second, latency, CPU per frame,
//! memory of idle connections. Speeds are ratios within a run: machines differ and are noisy.
//!
//! `cargo bench -p farway-testkit --bench forward -- [--against PROGRAM]… [--frames N] [--compress C]`

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use farway_testkit::load::{App, Pair, Sink, Workload};

const WORKLOADS: [Workload; 4] = [Workload::Typing, Workload::Scroll, Workload::Noise, Workload::Photo];

struct Options {
    programs: Vec<PathBuf>,
    frames: usize,
    compress: String,
    rounds: usize,
}

struct Row {
    fps: f64,
    p50: f64,
    p99: f64,
    cpu: f64,
}

fn main() -> io::Result<()> {
    let options = options();
    println!(
        "1280x720, {} frames a round, {} rounds in turns, --compress {}",
        options.frames, options.rounds, options.compress
    );
    println!(
        "{:<10} {:<28} {:>8} {:>9} {:>9} {:>12}",
        "workload", "program", "fps", "p50 ms", "p99 ms", "CPU ms/frame"
    );
    for workload in WORKLOADS {
        let mut rows: Vec<Vec<Row>> = options.programs.iter().map(|_| Vec::new()).collect();
        for _ in 0..options.rounds {
            for (program, rows) in options.programs.iter().zip(&mut rows) {
                rows.push(frames(program, workload, &options)?);
            }
        }
        let rows: Vec<Row> = rows.into_iter().map(|rows| median(&rows)).collect();
        for (program, row) in options.programs.iter().zip(&rows) {
            let name = program.to_string_lossy();
            let name = &name[name.len().saturating_sub(28)..];
            println!(
                "{:<10} {name:<28} {:>8.1} {:>9.2} {:>9.2} {:>12.3}",
                workload.name(),
                row.fps,
                row.p50,
                row.p99,
                row.cpu
            );
        }
        for (program, other) in options.programs.iter().zip(&rows).skip(1) {
            let ours = &rows[0];
            println!(
                "{:<10} ratio to {:<19} {:>8.2} {:>9.2} {:>9.2} {:>12.2}",
                workload.name(),
                program.file_name().unwrap_or_default().to_string_lossy(),
                ours.fps / other.fps,
                ours.p50 / other.p50,
                ours.p99 / other.p99,
                ours.cpu / other.cpu,
            );
        }
    }
    println!("\n{:<40} {:>14} {:>10}", "50 idle applications", "private KiB", "processes");
    for program in &options.programs {
        let (kib, processes) = idle(program, &options)?;
        println!("{:<40} {kib:>14} {processes:>10}", program.display());
    }
    Ok(())
}

fn options() -> Options {
    let mut args = std::env::args().skip(1);
    let target = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.parent()?.join("farway")));
    let mut options =
        Options { programs: target.into_iter().collect(), frames: 300, compress: "lz4".into(), rounds: 3 };
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_default();
        match arg.as_str() {
            "--against" => options.programs.push(value().into()),
            "--farway" => options.programs[0] = value().into(),
            "--frames" => options.frames = value().parse().unwrap_or(300),
            "--rounds" => options.rounds = value().parse().unwrap_or(3),
            "--compress" => options.compress = value(),
            _ => {}
        }
    }
    options
}

/// The field-wise median.
fn median(rows: &[Row]) -> Row {
    let of = |field: fn(&Row) -> f64| {
        let mut values: Vec<f64> = rows.iter().map(field).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Row { fps: of(|r| r.fps), p50: of(|r| r.p50), p99: of(|r| r.p99), cpu: of(|r| r.cpu) }
}

fn frames(program: &Path, workload: Workload, options: &Options) -> io::Result<Row> {
    let dir = tempfile::tempdir()?;
    let compositor = dir.path().join("sink");
    let sink = Sink::listen(&compositor)?;
    let pair = Pair::start(program, dir.path(), &compositor, &["--no-gpu", "--compress", &options.compress])?;
    let display = pair.display.clone();
    let connecting = std::thread::spawn(move || App::connect(&display, workload));
    let shown = sink.accept(Duration::from_secs(10))?;
    let mut app = connecting.join().map_err(|_| io::Error::other("the application panicked"))??;
    let mut latencies = Vec::with_capacity(options.frames);
    let step = |app: &mut App| -> io::Result<f64> {
        let sent = app.show()?;
        app.wait()?;
        let arrived = shown.commits.recv().map_err(io::Error::other)?;
        Ok(arrived.saturating_duration_since(sent).as_secs_f64() * 1e3)
    };
    for _ in 0..20 {
        step(&mut app)?;
    }
    let before = pair.usage()?;
    let start = Instant::now();
    for _ in 0..options.frames {
        latencies.push(step(&mut app)?);
    }
    let elapsed = start.elapsed().as_secs_f64();
    let after = pair.usage()?;
    shown.ask();
    app.show()?;
    app.wait()?;
    if shown.pixels()? != app.shown()? {
        return Err(io::Error::other(format!("{}: pixels differ in {}", program.display(), workload.name())));
    }
    latencies.sort_by(f64::total_cmp);
    let n = options.frames as f64;
    Ok(Row {
        fps: n / elapsed,
        p50: latencies[latencies.len() / 2],
        p99: latencies[latencies.len() * 99 / 100],
        cpu: (after.ticks - before.ticks) as f64 * 10.0 / n,
    })
}

fn idle(program: &Path, options: &Options) -> io::Result<(u64, usize)> {
    let dir = tempfile::tempdir()?;
    let compositor = dir.path().join("sink");
    let sink = Sink::listen(&compositor)?;
    let pair = Pair::start(program, dir.path(), &compositor, &["--no-gpu", "--compress", &options.compress])?;
    let mut held = Vec::new();
    for _ in 0..50 {
        let display = pair.display.clone();
        let connecting = std::thread::spawn(move || App::connect(&display, Workload::Typing));
        let frames = sink.accept(Duration::from_secs(10))?;
        held.push((connecting.join().map_err(|_| io::Error::other("panicked"))??, frames));
    }
    let usage = pair.usage()?;
    Ok((usage.private_kib, usage.processes))
}
