//! Does one kind of work so many times, for whoever counts its instructions: `cost WORK TIMES`. Without words, it
//! lists the kinds.
//!
//! `cargo xtask cost` counts, and compares with what is written in the tree. Each kind is run twice, with different
//! times: the difference is the work's. Of a kind `frame-…` it is the memory fetched that is counted, within
//! [`halves`]; it says the least on its standard output.

use std::fmt;
use std::hint::black_box;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use farway_proto::channel::Capabilities;
use farway_proto::damage::{Interval, Intervals};
use farway_proto::engine::{CHUNK, Config, Done, Effect, Engine, FdQueue, Job};
use farway_proto::wayland::{Builder, Form, ObjectId};
use farway_proto::{Instant, Now, Rid, Role, Ticket};
use farway_proxy::bench::{Coding, Tools, run};
use farway_proxy::load::{App, Sink, Workload, page};
use farway_proxy::roles::Service;
use farway_proxy::settings::Settings;
use farway_proxy::store::Content;
use farway_proxy::transport::Dial;
use farway_sys::diff::{Scratch, apply_diff, diff};
use farway_sys::mem::{Mirror, Region};
use farway_sys::net::{Socket, connect_unix};
use farway_sys::pack::{Compression, Packer};
use farway_sys::pixels;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Bytes of what is compared and packed.
const SIZE: usize = 256 << 10;
/// Bytes of a row of it.
const ROW: usize = 4 << 10;

/// A kind of work.
struct Work {
    name: &'static str,
    run: fn(u32) -> Outcome,
}

const WORKS: [Work; 17] = [
    Work { name: "diff-unchanged", run: |times| compare(times, 0) },
    Work { name: "diff-changed", run: |times| compare(times, 1) },
    Work { name: "diff-words", run: |times| compare(times, 256) },
    Work { name: "apply", run: apply },
    Work { name: "pack-lz4", run: |times| pack(times, Compression::Lz4(0)) },
    Work { name: "pack-zstd", run: |times| pack(times, Compression::Zstd(1)) },
    Work { name: "unpack-lz4", run: |times| unpack(times, Compression::Lz4(0)) },
    Work { name: "unpack-zstd", run: |times| unpack(times, Compression::Zstd(1)) },
    Work { name: "predict", run: predict },
    Work { name: "engine-sync", run: sync_through_engines },
    Work { name: "chain-sync", run: |times| chain(times, None) },
    Work { name: "chain-typing", run: |times| chain(times, Some(Workload::Typing)) },
    Work { name: "chain-scroll", run: |times| chain(times, Some(Workload::Scroll)) },
    Work { name: "chain-noise", run: |times| chain(times, Some(Workload::Noise)) },
    Work { name: "frame-still", run: |times| frames(times, Workload::Typing, 0) },
    Work { name: "frame-text", run: |times| frames(times, Workload::Scroll, 20) },
    Work { name: "frame-noise", run: |times| frames(times, Workload::Noise, 1) },
];

fn main() -> Outcome {
    let mut words = std::env::args().skip(1);
    let (Some(name), Some(times)) = (words.next(), words.next()) else {
        WORKS.iter().for_each(|work| println!("{}", work.name));
        return Ok(());
    };
    let work = WORKS.iter().find(|work| work.name == name).ok_or("no such work")?;
    (work.run)(times.parse()?)
}

/// Lines of text, more or less.
fn content() -> Vec<u8> {
    (0..SIZE).map(|at| if ((at / 4 * 7919) >> 5) % 11 < 3 { (at / 997) as u8 } else { 0xff }).collect()
}

/// Compares when every so many bytes, if any, one has changed.
fn compare(times: u32, every: usize) -> Outcome {
    let (region, mirror) = (Region::heap(SIZE), Mirror::new(SIZE as u64)?);
    let (mut content, mut out, mut scratch) = (content(), Vec::new(), Scratch::new());
    region.write(0, &content)?;
    mirror.lock(0..SIZE as u64)?.copy_from_slice(&content);
    let all = 0..SIZE as u64;
    for _ in 0..times {
        if every > 0 {
            content.iter_mut().step_by(every).for_each(|byte| *byte ^= 0x55);
            region.write(0, &content)?;
        }
        out.clear();
        black_box(diff(&region, &mirror, std::slice::from_ref(&all), true, &mut out, &mut scratch)?);
    }
    Ok(())
}

fn apply(times: u32) -> Outcome {
    let (region, mirror, twin) = (Region::heap(SIZE), Mirror::new(SIZE as u64)?, Region::heap(SIZE));
    let mut content = content();
    content.iter_mut().step_by(40).for_each(|byte| *byte ^= 0x55);
    region.write(0, &content)?;
    let (mut out, all) = (Vec::new(), 0..SIZE as u64);
    let found = diff(&region, &mirror, std::slice::from_ref(&all), true, &mut out, &mut Scratch::new())?;
    for _ in 0..times {
        black_box(apply_diff(&twin, None, &out, found.diff_size as usize, found.ntrailing as usize)?);
    }
    Ok(())
}

fn pack(times: u32, compression: Compression) -> Outcome {
    let (content, mut packer, mut out) = (content(), Packer::new(), Vec::new());
    for _ in 0..times {
        out.clear();
        packer.pack(compression, &content, &mut out)?;
    }
    Ok(())
}

fn unpack(times: u32, compression: Compression) -> Outcome {
    let (content, mut packer, mut packed) = (content(), Packer::new(), Vec::new());
    packer.pack(compression, &content, &mut packed)?;
    for _ in 0..times {
        black_box(packer.unpack(compression, &packed, content.len())?);
    }
    Ok(())
}

/// Pixels as differences from predictions, and back.
fn predict(times: u32) -> Outcome {
    let photo: Vec<u8> = (0..SIZE).map(|at| (at % ROW / 16 + at / ROW * 3 + (at * 31 % 5)) as u8).collect();
    let (mut out, mut back, mut scratch) = (Vec::new(), vec![0; SIZE], pixels::Scratch::default());
    for _ in 0..times {
        out.clear();
        pixels::forward(&photo, ROW, &mut out, &mut scratch);
        pixels::inverse(&out, ROW, &mut back, &mut scratch)?;
    }
    assert!(times == 0 || back == photo);
    Ok(())
}

/// A request and its answer through the engines of both halves.
fn sync_through_engines(times: u32) -> Outcome {
    const DISPLAY: ObjectId = ObjectId(1);
    const CALLBACK: ObjectId = ObjectId(2);
    let config = Config { capabilities: Capabilities::NONE, ..Config::default() };
    let mut app = Engine::new(Role::App, config.clone());
    let mut display = Engine::new(Role::Display, config);
    let mut now = Now::default();
    for n in 0..times {
        now.instant = Instant(u64::from(n) * 1_000_000);
        let request = Builder::new(DISPLAY, 0).new_id(CALLBACK).finish(Form::Program, 0)?;
        app.on_local(now, &request, &mut FdQueue::new())?;
        assert_eq!(cross(now, &mut app, &mut display)?, request, "the request");
        let done = Builder::new(CALLBACK, 0).uint(n).finish(Form::Program, 0)?;
        let deleted = Builder::new(DISPLAY, 1).uint(CALLBACK.0).finish(Form::Program, 0)?;
        let answer = [done, deleted].concat();
        display.on_local(now, &answer, &mut FdQueue::new())?;
        assert_eq!(cross(now, &mut display, &mut app)?, answer, "the answer");
    }
    Ok(())
}

/// Carries everything from one engine to the other. Returns what comes out.
fn cross(now: Now, from: &mut Engine, to: &mut Engine) -> Outcome<Vec<u8>> {
    let mut out = Vec::new();
    while let Some(effect) = from.poll() {
        let Effect::SendChannel(frame) = effect else { continue };
        to.on_channel(now, frame)?;
        while let Some(effect) = to.poll() {
            if let Effect::SendLocal { bytes, .. } = effect {
                out.extend_from_slice(&bytes);
            }
        }
    }
    Ok(out)
}

/// Frames, drawn into one buffer, through the jobs of both halves: the workload's page moves up by so many rows each time.
fn frames(times: u32, workload: Workload, rows: usize) -> Outcome {
    const LINE: usize = 64;
    let ((width, height), mut page) = (workload.size(), page(workload));
    let size = width * height * 4;
    let here = Content::heap(size as u64, true)?;
    let twin = Content::heap(size as u64, false)?;
    let (mut ours, mut theirs) = (Tools::default(), Tools::default());
    let (mut before, mut changed): (Vec<u8>, usize) = (Vec::new(), 0);
    for n in 0..times {
        let drawn = page[..size].to_vec();
        page.rotate_left(rows * width * 4);
        here.region.write(0, &drawn)?;
        if n > 0 {
            halves(&here, &twin, (&mut ours, &mut theirs))?;
            let lines = drawn.chunks(LINE).zip(before.chunks(LINE));
            changed += lines.filter(|(new, old)| new != old).count();
        } else {
            here.mirror.as_ref().ok_or("no mirror")?.lock(0..size as u64)?.copy_from_slice(&drawn);
            twin.region.write(0, &drawn)?;
        }
        before = drawn;
    }
    let mut shown = vec![0; size];
    twin.region.read(0, &mut shown)?;
    // The frame and its mirror, and what changes in the twin.
    let compared = (times as usize).saturating_sub(1).max(1);
    let least = 2 * size + changed * LINE / compared;
    println!("{least}");
    if shown == before { Ok(()) } else { Err("the pixels differ".into()) }
}

/// One frame, as the engines of two foreign halves have it done; not what the road between them copies.
#[inline(never)]
fn halves(here: &Content, twin: &Content, (ours, theirs): (&mut Tools, &mut Tools)) -> Outcome {
    let coding = Coding::plain(Compression::Lz4(0));
    let (ticket, rid, all) = (Ticket(0), Rid(1), Interval { start: 0, end: here.region.len() });
    let mut damage = Intervals::new();
    damage.add(all);
    for intervals in damage.split(CHUNK) {
        let job = Job::Diff { ticket, rid, intervals, tail: false, pitch: 0, copies: None };
        match run(job, here, None, coding, ours) {
            Done::Update(_, None) => {}
            Done::Update(_, Some(update)) => {
                let done = run(Job::Apply { ticket, rid, update }, twin, None, coding, theirs);
                if !matches!(done, Done::Applied(_)) {
                    return Err(format!("{done:?}").into());
                }
            }
            done => return Err(format!("{done:?}").into()),
        }
    }
    Ok(())
}

/// The way to the display's half, or to the display.
#[derive(Debug)]
enum To {
    Half(Arc<Service>, PathBuf),
    Display(PathBuf),
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the next in the chain")
    }
}

impl Dial for To {
    fn dial(&self) -> std::io::Result<OwnedFd> {
        match self {
            Self::Display(path) => connect_unix(path),
            Self::Half(service, path) => {
                let (near, far) = Socket::pair()?;
                service.serve_display(far.into(), Arc::new(Self::Display(path.clone())))?;
                Ok(near.into())
            }
        }
    }
}

/// An application, both halves and a display: round trips, or frames. As towards a foreign half, since much of what
/// farways do depends on time.
fn chain(times: u32, workload: Option<Workload>) -> Outcome {
    let dir = tempfile::tempdir()?;
    let (display, path) = (dir.path().join("display"), dir.path().join("app"));
    let sink = Sink::listen(&display)?;
    let settings = Settings { capabilities: Capabilities::NONE, threads: 0, ..Settings::default() };
    let (apps, displays) = (Service::new(settings.clone()), Service::new(settings));
    let listener = UnixListener::bind(&path)?;
    let connecting = std::thread::spawn(move || App::connect(&path, workload.unwrap_or(Workload::Typing)));
    apps.serve_app(listener.accept()?.0.into(), Arc::new(To::Half(displays, display)))?;
    let frames = sink.accept(Duration::from_secs(60))?;
    let mut app = connecting.join().map_err(|_| "a panic")??;
    // Both buffers.
    for _ in 0..3 {
        app.show()?;
        app.wait()?;
    }
    for _ in 0..times {
        if workload.is_some() {
            app.show()?;
            app.wait()?;
        } else {
            app.sync()?;
        }
    }
    frames.ask_for(app.frames());
    match frames.pixels()? == app.shown()? {
        true => Ok(()),
        false => Err("the pixels differ".into()),
    }
}
