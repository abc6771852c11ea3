//! What a session costs: CPU for each small message, and bytes per second of one stream, beside a socket that does
//! the same without a session. Ratios within a run: machines differ and are noisy.
//!
//! `cargo bench -p farway-testkit --bench session`

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use farway_proto::session::{End, Kind};
use farway_proxy::session::{Bridge, Notice, Port};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{ByteStream, Received, Sent};
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

/// Round trips of a small message.
const TRIPS: usize = 30_000;
/// Bytes of a small message: a frame callback and its answer are about that.
const SMALL: usize = 64;
/// Bytes of the large transfer.
const LARGE: usize = 1 << 30;
/// Times that it is made.
const ROUNDS: usize = 5;

/// CPU time of this process.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn wait(stream: &ByteStream, interest: Interest) -> io::Result<()> {
    let mut polls = PollSet::new();
    polls.add(stream.read_fd(), interest);
    polls.wait(None).map(drop)
}

fn send(stream: &ByteStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.send(&[io::IoSlice::new(bytes)])? {
            Sent::Bytes(count) => bytes = &bytes[count..],
            Sent::Full => wait(stream, Interest::WRITE)?,
            Sent::Closed => return Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
    Ok(())
}

fn receive(stream: &ByteStream, buffer: &mut BytesMut, most: usize) -> io::Result<usize> {
    loop {
        match stream.recv(buffer, most)? {
            Received::Bytes(count) => return Ok(count),
            Received::Empty => wait(stream, Interest::READ)?,
            Received::Closed => return Ok(0),
        }
    }
}

/// Sends back whatever comes, or only counts it.
fn other_end(stream: ByteStream, echo: bool, core: Option<usize>) -> thread::JoinHandle<io::Result<()>> {
    thread::spawn(move || {
        settle_on(core);
        let mut buffer = BytesMut::with_capacity(256 << 10);
        loop {
            buffer.clear();
            if receive(&stream, &mut buffer, 256 << 10)? == 0 {
                return Ok(());
            }
            if echo {
                send(&stream, &buffer)?;
            }
        }
    })
}

/// A core for each end, as if they were two machines: whom it wakes, the system likes to have on its own core, and then
/// one core does the work of two machines. `None`: any core.
fn settle_on(core: Option<usize>) {
    let mut cores = CpuSet::new();
    let all = thread::available_parallelism().map_or(1, Into::into);
    (0..all).filter(|at| core.is_none_or(|it| it % all == *at)).for_each(|at| cores.set(at));
    let _ = sched_setaffinity(None, &cores);
}

/// Turns one end of a session until it is told to stop.
fn drive(
    end: End,
    link: ByteStream,
    port: ByteStream,
    core: Option<usize>,
    stop: Arc<AtomicBool>,
) -> thread::JoinHandle<io::Result<()>> {
    thread::spawn(move || {
        settle_on(core);
        let mut bridge = Bridge::new(end);
        bridge.begin(link, b"", Bytes::new());
        let mut port = Some(Port::duplex(port));
        if end == End::Far {
            port.take().and_then(|port| bridge.open(Kind::Wayland, port));
        }
        let mut polls = PollSet::new();
        while !stop.load(Ordering::Relaxed) {
            polls.clear();
            bridge.prepare(&mut polls);
            let most = Duration::from_millis(200);
            polls.wait(Some(bridge.timeout().map_or(most, |it| it.min(most))))?;
            bridge.turn(&polls);
            while let Some(notice) = bridge.poll() {
                match notice {
                    Notice::Opened(id, _) => port.take().into_iter().for_each(|port| bridge.attach(id, port)),
                    Notice::LinkLost(_) => return Ok(()),
                    Notice::Message(_) | Notice::Ended(_) | Notice::Failed(..) => {}
                }
            }
        }
        Ok(())
    })
}

struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn measure(work: impl FnOnce() -> io::Result<()>) -> io::Result<Cost> {
    let (start, before) = (Instant::now(), cpu());
    work()?;
    Ok(Cost { wall: start.elapsed(), cpu: cpu() - before })
}

fn ping_pong(stream: &ByteStream) -> io::Result<Cost> {
    let mut buffer = BytesMut::with_capacity(4096);
    measure(|| {
        for _ in 0..TRIPS {
            send(stream, &[7; SMALL])?;
            let mut got = 0;
            while got < SMALL {
                buffer.clear();
                got += receive(stream, &mut buffer, 4096)?;
            }
        }
        Ok(())
    })
}

fn pour(stream: ByteStream, drain: thread::JoinHandle<io::Result<()>>) -> io::Result<Cost> {
    let chunk = vec![7; 256 << 10];
    measure(|| {
        for _ in 0..LARGE / chunk.len() {
            send(&stream, &chunk)?;
        }
        stream.shutdown_write();
        drain.join().unwrap_or(Err(io::ErrorKind::Other.into()))
    })
}

/// A pair of streams: directly connected, or with a session between them whose ends have the two cores.
fn streams(
    session: bool,
    [far_core, near_core]: [Option<usize>; 2],
) -> io::Result<(ByteStream, ByteStream, Arc<AtomicBool>)> {
    let stop = Arc::new(AtomicBool::new(false));
    if !session {
        let (one, other) = ByteStream::connected()?;
        return Ok((one, other, stop));
    }
    let ((one, far_port), (near_port, other)) = (ByteStream::connected()?, ByteStream::connected()?);
    let (near, far) = ByteStream::connected()?;
    drop(drive(End::Far, far, far_port, far_core, Arc::clone(&stop)));
    drop(drive(End::Near, near, near_port, near_core, Arc::clone(&stop)));
    Ok((one, other, stop))
}

/// The best of some rounds, with and without a session in turn: other work of the machine slows both.
fn throughput() -> io::Result<()> {
    let mut best: [Option<Cost>; 2] = [None, None];
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let mut walls = [0.0; 2];
        for (at, session) in [false, true].into_iter().enumerate() {
            // Without a session the system does best: one core, whose cache has all bytes.
            let cores = if session { [Some(0), Some(1)] } else { [None, None] };
            let (one, other, stop) = streams(session, cores)?;
            let drain = other_end(other, false, cores[1]);
            settle_on(cores[0]);
            let cost = pour(one, drain)?;
            stop.store(true, Ordering::Relaxed);
            walls[at] = cost.wall.as_secs_f64();
            if best[at].as_ref().is_none_or(|it| cost.wall < it.wall) {
                best[at] = Some(cost);
            }
        }
        ratios.push(walls[0] / walls[1]);
    }
    for (cost, with) in best.into_iter().flatten().zip(["", " with a session"]) {
        let seconds_each = |time: Duration| time.as_secs_f64() * 1e9 / LARGE as f64;
        let (rate, cpu) = (1.0 / seconds_each(cost.wall), seconds_each(cost.cpu));
        println!("one stream, best of {ROUNDS}: {rate:.2} GB/s, {cpu:.2} s CPU for each GB{with}");
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "ratio of throughput: {:.2}, from {:.2} to {:.2}",
        ratios[ROUNDS / 2],
        ratios[0],
        ratios[ROUNDS - 1]
    );
    Ok(())
}

fn main() -> io::Result<()> {
    // `-- stream` leaves the small messages out.
    if std::env::args().any(|it| it == "stream") {
        return throughput();
    }
    let micro = |time: Duration, count: usize| time.as_secs_f64() * 1e6 / count as f64;
    let mut costs = Vec::new();
    for session in [false, true] {
        let (one, other, stop) = streams(session, [None, None])?;
        let echo = other_end(other, true, None);
        let cost = ping_pong(&one)?;
        drop(one);
        stop.store(true, Ordering::Relaxed);
        drop(echo);
        costs.push((micro(cost.wall, TRIPS), micro(cost.cpu, TRIPS)));
    }
    let [(plain_wall, plain_cpu), (wall, cpu)] = costs[..] else { return Ok(()) };
    println!("round trip of {SMALL} bytes: {plain_wall:.1} us, {plain_cpu:.1} us CPU without a session");
    println!("                          {wall:.1} us, {cpu:.1} us CPU with one");
    println!("session: {:.1} us CPU for each message (two ends together)", (cpu - plain_cpu) / 2.0);
    throughput()
}
