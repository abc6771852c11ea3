//! farway's compositor against weston's headless one with pixman, in one run: four windows of 1280x720 that change
//! all of their pixels 60 times a second. Says frames per second of each window, and the compositors' CPU as a ratio.
//!
//! `cargo bench -p farway-testkit --bench view [-- --seconds N] [--rounds N]`; weston must be installed.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use farway_proxy::load::{App, Workload, page};

const WINDOWS: usize = 4;
/// Ours puts the windows beside one another; weston puts them anywhere, and saves what is covered.
const SCREEN: (u32, u32) = (3840, 2160);

struct Row {
    fps: Vec<f64>,
    /// Milliseconds of CPU for each frame of a window.
    cpu: f64,
}

fn main() -> io::Result<()> {
    let number = |name: &str, default: u64| {
        let mut args = std::env::args().skip_while(|arg| arg != name);
        args.nth(1).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (time, rounds) = (Duration::from_secs(number("--seconds", 5)), number("--rounds", 3));
    let farway = std::env::current_exe()?.parent().and_then(Path::parent).map(|it| it.join("farway"));
    let farway = farway.ok_or(io::ErrorKind::NotFound)?;
    for (name, command) in [("farway", view(&farway, "1280x720")), ("weston", weston(1280, 720))] {
        println!("{name:<8} first frame after {:.1} ms (best of 5)", first(command)?.as_secs_f64() * 1e3);
    }
    println!("{:<8} {:>28} {:>14}", "", "frames/s of each window", "CPU ms/frame");
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let ours = run(view(&farway, &format!("{}x{}", SCREEN.0, SCREEN.1)), time)?;
        let theirs = run(weston(SCREEN.0, SCREEN.1), time)?;
        for (name, row) in [("farway", &ours), ("weston", &theirs)] {
            let fps: Vec<String> = row.fps.iter().map(|fps| format!("{fps:.1}")).collect();
            println!("{name:<8} {:>28} {:>14.3}", fps.join(" "), row.cpu);
        }
        ratios.push(ours.cpu / theirs.cpu);
    }
    ratios.sort_by(f64::total_cmp);
    println!("CPU, farway to weston: {:.2} (median of {rounds})", ratios[ratios.len() / 2]);
    Ok(())
}

fn view(program: &Path, size: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["view", "--headless", "--size", size, "--display", "bench"]);
    command
}

fn weston(width: u32, height: u32) -> Command {
    let mut command = Command::new("weston");
    command.args(["--backend=headless-backend.so", "--use-pixman", "--socket=bench", "--idle-time=0"]);
    command.args([format!("--width={width}"), format!("--height={height}")]);
    command
}

/// A process that ends with us.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// User and system time so far, in ticks of 10 ms.
    fn ticks(&self) -> io::Result<u64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let rest = stat.rsplit_once(')').map_or("", |it| it.1);
        let field =
            |at: usize| rest.split_whitespace().nth(at).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0);
        Ok(field(11) + field(12))
    }
}

/// A compositor, and the first client as soon as it takes one.
fn start(mut command: Command, dir: &Path, workload: Workload, pages: Vec<u8>) -> io::Result<(Running, App)> {
    let log = fs::File::create(dir.join("log"))?;
    command.env("XDG_RUNTIME_DIR", dir).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let begin = Instant::now();
    let compositor = Running(command.spawn()?);
    let display = dir.join("bench");
    loop {
        match UnixStream::connect(&display) {
            Ok(_) => return Ok((compositor, App::connect_with(&display, workload, pages)?)),
            Err(error) if begin.elapsed() > Duration::from_secs(10) => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_micros(200)),
        }
    }
}

/// From the start of the process to the answer to the first frame's callback.
fn first(command: Command) -> io::Result<Duration> {
    let (program, args) = (command.get_program().to_owned(), command.get_args().map(ToOwned::to_owned));
    let args: Vec<_> = args.collect();
    let pages = page(Workload::Typing);
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let dir = tempfile::tempdir()?;
        let mut command = Command::new(&program);
        command.args(&args);
        let pages = pages.clone();
        let begin = Instant::now();
        let (_compositor, mut app) = start(command, dir.path(), Workload::Typing, pages)?;
        app.show()?;
        app.wait()?;
        best = best.min(begin.elapsed());
    }
    Ok(best)
}

fn run(command: Command, time: Duration) -> io::Result<Row> {
    let dir = tempfile::tempdir()?;
    let pages = page(Workload::Photo);
    let (compositor, app) = start(command, dir.path(), Workload::Photo, pages.clone())?;
    let mut apps = vec![app];
    while apps.len() < WINDOWS {
        apps.push(App::connect_with(&dir.path().join("bench"), Workload::Photo, pages.clone())?);
    }
    let begin = compositor.ticks()?;
    let threads: Vec<_> =
        apps.into_iter().map(|app| std::thread::spawn(move || animate(app, time))).collect();
    let mut counts = Vec::new();
    for thread in threads {
        counts.push(thread.join().map_err(|_| io::Error::other("an application panicked"))??);
    }
    let ticks = compositor.ticks()? - begin;
    let frames: u64 = counts.iter().sum();
    let fps = counts.iter().map(|count| *count as f64 / time.as_secs_f64()).collect();
    Ok(Row { fps, cpu: ticks as f64 * 10.0 / frames as f64 })
}

fn animate(mut app: App, time: Duration) -> io::Result<u64> {
    let begin = Instant::now();
    let mut frames = 0;
    while begin.elapsed() < time {
        app.show()?;
        app.wait()?;
        frames += 1;
    }
    Ok(frames)
}
