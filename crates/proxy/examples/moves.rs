//! What moved content costs: bytes and time of each frame with the jobs as they are, with and without the search for
//! moves. Run it with `cargo run --release -p farway-proxy --example moves`.

use std::time::Instant;

use farway_proto::channel::{CopyRect, Update};
use farway_proto::damage::Interval;
use farway_proto::damage::Intervals;
use farway_proto::engine::moves::Plane;
use farway_proto::engine::{CHUNK, Copies, Done, Job};
use farway_proto::{Rid, Ticket};
use farway_proxy::bench::{Coding, Tools, run};
use farway_proxy::store::Content;
use farway_sys::pack::Compression;

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const STRIDE: usize = WIDTH * 4;
const FRAME: usize = STRIDE * HEIGHT;
const FRAMES: usize = 34;

/// Text with words, of which no two lines are the same.
fn ink(x: usize, y: usize) -> u32 {
    let (line, row, column) = (y / 20, y % 20, x / 8);
    let mut letter = (line * 7919 + column * 104_729 + line * column * 31) as u32;
    letter = (letter ^ letter >> 7).wrapping_mul(0x9e37_79b1);
    let space = letter >> 28 < 3 || column % 160 > 110 + (line * 13) % 37;
    let glyph = (letter >> 20) % 50 + 3;
    let dot = (glyph.wrapping_mul(0x85eb_ca6b) >> ((row / 2 % 7) * 3 + x % 8 / 2)) & 1 == 1;
    if !space && dot && (3..17).contains(&row) && x % 8 < 7 { 0xff14_1414 } else { 0xffff_ffff }
}

fn picture(of: impl Fn(usize, usize) -> u32) -> Vec<u8> {
    (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).map(move |x| (x, y)))
        .flat_map(|(x, y)| of(x, y).to_le_bytes())
        .collect()
}

/// Something that is no text, and does not move.
fn wall(x: usize, y: usize) -> u32 {
    0xff00_0000 | ((x / 40 * 37 + y / 30 * 91) as u32).wrapping_mul(0x9e37_79b1) >> 8
}

fn photo(x: usize, y: usize) -> u32 {
    let noise = ((x * 0x9e37 + y * 0x85eb_ca6b) as u32).wrapping_mul(0xc2b2_ae35) >> 29;
    let wave = |scale: f32| (((x as f32 / scale).sin() + (y as f32 / scale).cos()) * 50.0 + 110.0) as u32;
    0xff00_0000 | (wave(91.0) + noise) << 16 | (wave(47.0) + noise) << 8 | (wave(133.0) + noise)
}

fn frame(kind: &str, n: usize) -> Vec<u8> {
    let pane = |x: usize, y: usize| (301..940).contains(&x) && (77..691).contains(&y);
    match kind {
        "scroll 20" => picture(|x, y| ink(x, y + n * 20)),
        "scroll 33" => picture(|x, y| ink(x, y + n * 33)),
        "scroll up 57" => picture(|x, y| ink(x, y + 4000 - n * 57)),
        "pane" => picture(|x, y| if pane(x, y) { ink(x, y + n * 20) } else { wall(x, y) }),
        "sideways 24" => picture(|x, y| ink(x + n * 24, y)),
        "photo scroll 20" => picture(|x, y| photo(x, y + n * 20)),
        "still" => picture(ink),
        _ => picture(|x, y| photo(x + n * 7, y + n * 11 % 40)),
    }
}

struct Sums {
    bytes: usize,
    copies: usize,
    search: f64,
    rest: f64,
    apply: f64,
}

fn show(kind: &str, compression: Compression, with: bool) -> Sums {
    let here = Content::heap(2 * FRAME as u64, true).expect("memory");
    let twin = Content::heap(2 * FRAME as u64, false).expect("memory");
    let coding = Coding::plain(compression);
    let (mut tools, mut theirs) = (Tools::default(), Tools::default());
    let mut sums = Sums { bytes: 0, copies: 0, search: 0.0, rest: 0.0, apply: 0.0 };
    let mut likely = None;
    for n in 0..FRAMES {
        let (offset, before) = ((n % 2 * FRAME) as u64, ((n + 1) % 2 * FRAME) as u64);
        let pixels = frame(kind, n);
        here.region.write(offset, &pixels).expect("written");
        let mut damage = Intervals::new();
        damage.add(Interval { start: offset, end: offset + FRAME as u64 });
        let mut updates = Vec::new();
        let start = Instant::now();
        let mut copies = None;
        if with && n > 1 {
            let (stride, rows) = (STRIDE as u64, HEIGHT as u64);
            let plane = Plane { offset, stride, row: stride, rows, pixel: 4 };
            let job = Job::Move {
                ticket: Ticket(0),
                rid: Rid(1),
                plane,
                source: None,
                source_offset: before,
                likely,
                at_once: false,
                intervals: damage.as_slice().to_vec(),
            };
            let Done::Moved(_, rects) = run(job, &here, None, coding, &mut tools) else { panic!() };
            let later = before as i64 - offset as i64;
            let far = |rect: &CopyRect| i64::from(rect.src) - i64::from(rect.dst) - later;
            likely = rects.iter().max_by_key(|rect| rect.row * rect.rows).map(far);
            if !rects.is_empty() {
                updates.push(Update::copy(Rid(1), &rects));
            }
            sums.copies += rects.len();
            copies = Some(Copies { source: None, rects: rects.into() });
        }
        let searched = Instant::now();
        for intervals in damage.split(CHUNK) {
            let copies = copies.clone();
            let job = Job::Diff { ticket: Ticket(0), rid: Rid(1), intervals, tail: false, pitch: 0, copies };
            let Done::Update(_, update) = run(job, &here, None, coding, &mut tools) else { panic!() };
            updates.extend(update);
        }
        let done = Instant::now();
        let sent: usize = updates.iter().map(|it| it.payload().len() + 16).sum();
        for update in updates {
            let job = Job::Apply { ticket: Ticket(0), rid: Rid(1), update };
            assert!(matches!(run(job, &twin, None, coding, &mut theirs), Done::Applied(_)));
        }
        let applied = Instant::now();
        let mut shown = vec![0; FRAME];
        twin.region.read(offset, &mut shown).expect("read");
        assert!(shown == pixels, "the twin is wrong");
        if n > 3 {
            sums.bytes += sent;
            sums.search += (searched - start).as_secs_f64();
            sums.rest += (done - searched).as_secs_f64();
            sums.apply += (applied - done).as_secs_f64();
        }
    }
    sums
}

fn main() {
    println!(
        "{:16} {:8} {:6} {:>9} {:>7} {:>9} {:>9} {:>9}",
        "", "", "", "bytes", "copies", "search", "diff", "apply"
    );
    let only = std::env::args().nth(1);
    let kinds = [
        "scroll 20",
        "scroll 33",
        "scroll up 57",
        "pane",
        "sideways 24",
        "photo scroll 20",
        "still",
        "photo",
    ];
    for kind in kinds.into_iter().filter(|it| only.as_ref().is_none_or(|only| it.starts_with(only.as_str())))
    {
        for compression in [Compression::Lz4(0), Compression::Zstd(0)] {
            for with in [false, true] {
                let it = show(kind, compression, with);
                let each = (FRAMES - 4) as f64;
                println!(
                    "{kind:16} {:8} {:6} {:>9.0} {:>7.1} {:>6.2} ms {:>6.2} ms {:>6.2} ms",
                    compression.to_string(),
                    if with { "moves" } else { "plain" },
                    it.bytes as f64 / each,
                    it.copies as f64 / each,
                    it.search / each * 1e3,
                    it.rest / each * 1e3,
                    it.apply / each * 1e3,
                );
            }
        }
    }
}
