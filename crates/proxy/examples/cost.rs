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

use farway_proto::channel::{Capabilities, Update};
use farway_proto::damage::{Interval, Intervals};
use farway_proto::engine::moves::Plane;
use farway_proto::engine::{CHUNK, Config, Copies, Done, Effect, Engine, FdQueue, Job};
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

const WORKS: [Work; 19] = [
    Work { name: "diff-unchanged", run: |times| compare(times, 0) },
    Work { name: "diff-changed", run: |times| compare(times, 1) },
    Work { name: "diff-words", run: |times| compare(times, 256) },
    Work { name: "apply", run: |times| apply(times, 40) },
    Work { name: "apply-words", run: |times| apply(times, 256) },
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
    Work { name: "frame-still", run: |times| frames(times, Workload::Typing, 0, 1) },
    Work { name: "frame-text", run: |times| frames(times, Workload::Scroll, 20, 1) },
    Work { name: "frame-moved", run: |times| frames(times, Workload::Scroll, 20, 2) },
    Work { name: "frame-noise", run: |times| frames(times, Workload::Noise, 1, 1) },
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

/// Applies what has changed when every so many bytes one has.
fn apply(times: u32, every: usize) -> Outcome {
    let (region, mirror, twin) = (Region::heap(SIZE), Mirror::new(SIZE as u64)?, Region::heap(SIZE));
    let mut content = content();
    mirror.lock(0..SIZE as u64)?.copy_from_slice(&content);
    content.iter_mut().step_by(every).for_each(|byte| *byte ^= 0x55);
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

/// Frames through the jobs of both halves: the workload's page moves up by so many rows each time. In two buffers by
/// turns it is looked for in the other one, and was expected there.
fn frames(times: u32, workload: Workload, rows: usize, buffers: usize) -> Outcome {
    const LINE: usize = 64;
    let ((width, height), mut page) = (workload.size(), page(workload));
    let size = width * height * 4;
    let here = Content::heap((buffers * size) as u64, true)?;
    let twin = Content::heap((buffers * size) as u64, false)?;
    let mut tools = (Tools::default(), Tools::default());
    let (mut before, mut changed): (Vec<u8>, usize) = (Vec::new(), 0);
    let (stride, height) = (width as u64 * 4, height as u64);
    for n in 0..times as usize {
        let drawn = page[..size].to_vec();
        page.rotate_left(rows * width * 4);
        let [offset, other] = [n, n + 1].map(|n| (n % buffers * size) as u64);
        here.region.write(offset, &drawn)?;
        if n >= buffers {
            let plane = Plane { offset, stride, row: stride, rows: height, pixel: 4 };
            let expected = (buffers > 1).then_some((other, rows as i64 * stride as i64));
            halves(&here, &twin, &mut tools, (plane, expected))?;
            let lines = drawn.chunks(LINE).zip(before.chunks(LINE));
            changed += lines.filter(|(new, old)| new != old).count();
        } else {
            let mirror = here.mirror.as_ref().ok_or("no mirror")?;
            mirror.lock(offset..offset + size as u64)?.copy_from_slice(&drawn);
            twin.region.write(offset, &drawn)?;
        }
        let mut shown = vec![0; size];
        twin.region.read(offset, &mut shown)?;
        assert!(shown == drawn, "the pixels differ");
        before = drawn;
    }
    // The frame and its mirror, and what changes in the twin; or the frame, and in both halves what is copied and where to.
    let compared = (times as usize).saturating_sub(buffers).max(1);
    println!("{}", if buffers > 1 { 5 * size } else { 2 * size + changed * LINE / compared });
    Ok(())
}

/// One frame, as the engines of two halves have it done; not what the road between them copies. It is expected in another
/// buffer, so many bytes further on.
#[inline(never)]
fn halves(
    here: &Content,
    twin: &Content,
    (ours, theirs): &mut (Tools, Tools),
    (plane, expected): (Plane, Option<(u64, i64)>),
) -> Outcome {
    let coding = Coding::plain(Compression::Lz4(0));
    let (ticket, rid, source) = (Ticket(0), Rid(1), None);
    let mut apply = |update| match run(Job::Apply { ticket, rid, update }, twin, None, coding, theirs) {
        Done::Applied(_) => Ok(()),
        done => Err(format!("{done:?}")),
    };
    let mut damage = Intervals::new();
    damage.add(Interval { start: plane.offset, end: plane.offset + plane.stride * plane.rows });
    let mut copies = None;
    if let Some((source_offset, distance)) = expected {
        let (likely, intervals) = (Some(distance), damage.as_slice().to_vec());
        let at_once = false;
        let job = Job::Move { ticket, rid, plane, source, source_offset, likely, at_once, intervals };
        let Done::Moved(_, rects) = run(job, here, None, coding, ours) else {
            return Err("no search".into());
        };
        apply(Update::copy(rid, &rects))?;
        copies = Some(Copies { source, rects: rects.into() });
    }
    for intervals in damage.split(CHUNK) {
        let copies = copies.clone();
        match run(
            Job::Diff { ticket, rid, intervals, tail: false, pitch: 0, copies },
            here,
            None,
            coding,
            ours,
        ) {
            Done::Update(_, update) => update.map_or(Ok(()), &mut apply)?,
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
