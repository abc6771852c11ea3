#![allow(clippy::single_range_in_vec_init)] // one interval is a list too
use super::*;
use crate::diff;

const PIXEL: usize = 4;

/// Numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// A page of something like text, far larger than any screen.
fn ink(x: usize, y: usize) -> u32 {
    let (line, row, column) = (y / 20, y % 20, x / 8);
    let letter = (line * 7919 + column * 104_729 + line * column) % 61;
    let drawn = (3..16).contains(&row) && column % 7 != 6 && column % 90 < 70;
    let dot = ((letter * 2_654_435_761) >> (row % 11 + x % 8 * 2)) & 1 == 1;
    if drawn && dot { 0xff14_1414 } else { 0xffff_ffff }
}

/// A window of `width` x `height` pixels.
#[derive(Clone)]
struct Picture {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, bytes: vec![0xff; width * height * PIXEL] }
    }

    fn draw(&mut self, (x, y, w, h): (usize, usize, usize, usize), of: impl Fn(usize, usize) -> u32) {
        for row in 0..h {
            for column in 0..w {
                let at = ((y + row) * self.width + x + column) * PIXEL;
                self.bytes[at..at + PIXEL].copy_from_slice(&of(column, row).to_le_bytes());
            }
        }
    }

    fn text(width: usize, height: usize, from: (usize, usize)) -> Self {
        let mut it = Self::new(width, height);
        it.draw((0, 0, width, height), |x, y| ink(x + from.0, y + from.1));
        it
    }
}

/// An application's files with their mirrors, and the other half's.
struct Stage {
    files: Vec<(Region, Mirror, Region)>,
    image: Image,
    scratch: Scratch,
    /// Bytes of the last frame that were sent as they are.
    sent: usize,
    rects: Vec<Rect>,
    /// What is said to be likely.
    likely: Option<i64>,
}

impl Stage {
    fn new(width: usize, height: usize, files: usize, images: usize) -> Self {
        let bytes = width * height * PIXEL;
        let size = bytes * images;
        let file = || (Region::heap(size), Mirror::new(size as u64).expect("a mirror"), Region::heap(size));
        let row = (width * PIXEL) as u64;
        let image = Image { offset: 0, stride: row, row, rows: height as u64, pixel: PIXEL as u64 };
        let files = (0..files).map(|_| file()).collect();
        Self { files, image, scratch: Scratch::default(), sent: 0, rects: Vec::new(), likely: None }
    }

    /// Shows a picture in image `n` of file `file`; the last one was in `source`.
    fn show(
        &mut self,
        (file, n): (usize, u64),
        source: Option<(usize, u64)>,
        new: &[u8],
        damage: &[Range<u64>],
    ) {
        let size = new.len() as u64;
        let image = Image { offset: n * size, ..self.image };
        let (region, mirror, twin) = &self.files[file];
        region.write(image.offset, new).expect("written");
        self.rects = match source {
            Some((other, n)) => {
                let from = &self.files[other];
                let of_other = (other != file).then_some(&from.1);
                let source = Source { mirror: of_other, offset: n * size, likely: self.likely };
                let rects =
                    find(region, mirror, &image, &source, damage, &mut self.scratch).expect("searched");
                if other == file && source.offset == image.offset {
                    carry(mirror, &rects).expect("copied");
                }
                let target = Memory { region: twin, mirror: None };
                let source = of_other.map(|_| Memory { region: &from.2, mirror: None });
                apply(target, source, &rects).expect("applied");
                rects
            }
            None => Vec::new(),
        };
        for rect in &self.rects {
            for n in 0..rect.rows {
                let (start, end) = (rect.dst + n * rect.dst_pitch, rect.dst + n * rect.dst_pitch + rect.row);
                assert!(
                    damage.iter().any(|it| it.start <= start && end <= it.end),
                    "{rect:?} is in no damage"
                );
            }
        }
        let apart = source.filter(|it| *it != (file, n));
        let from = apart.filter(|it| it.0 != file).map(|it| &self.files[it.0].1);
        self.sent = 0;
        // Pieces that end anywhere.
        for range in damage {
            for start in range.clone().step_by(4096 * 3 + 64) {
                let piece = start..range.end.min(start + 4096 * 3 + 64);
                let copies = apart.map(|_| Copies::of(mirror, from, &self.rects, &piece).expect("fits"));
                let (mut out, mut scratch) = (Vec::new(), diff::Scratch::new());
                let tail = piece.end == size / 64 * 64;
                let found =
                    diff::diff_after(copies.as_ref(), region, mirror, &[piece], tail, &mut out, &mut scratch);
                let fields = found.expect("compared");
                diff::apply_diff(twin, None, &out, fields.diff_size as usize, fields.ntrailing as usize)
                    .expect("applied");
                self.sent += out.len();
            }
        }
        let mut shown = vec![0; new.len()];
        twin.read(image.offset, &mut shown).expect("read");
        for (_, mirror, twin) in &self.files {
            let mut shown = vec![0; twin.len() as usize];
            twin.read(0, &mut shown).expect("read");
            assert!(*mirror.lock(0..twin.len()).expect("free") == shown[..], "mirror and twin differ");
        }
    }

    fn whole(&self, n: u64) -> Vec<Range<u64>> {
        let size = self.image.stride * self.image.rows;
        vec![n * size..(n + 1) * size]
    }
}

/// Two buffers by turns; what the third frame took beyond `copies`.
fn third(frames: [&Picture; 3], one_file: bool) -> Stage {
    let (width, height) = (frames[0].width, frames[0].height);
    let mut stage = Stage::new(width, height, 2, 2);
    let place = |n: usize| if one_file { (0, n as u64 % 2) } else { (n % 2, 0) };
    for (n, frame) in frames.into_iter().enumerate() {
        let source = (n == 2).then(|| place(1));
        let damage = stage.whole(place(n).1);
        stage.show(place(n), source, &frame.bytes, &damage);
    }
    stage
}

#[test]
fn a_scroll_is_one_rectangle() {
    for one_file in [false, true] {
        let frames = [0, 20, 40].map(|y| Picture::text(640, 400, (0, y)));
        let stage = third(frames.each_ref(), one_file);
        assert_eq!(stage.rects.len(), 1);
        assert!(stage.rects[0].rows >= 378, "{:?}", stage.rects);
        assert!(stage.sent <= 640 * 4 * 22 + 100, "{}", stage.sent);
    }
}

/// A file that is not made of whole blocks: what is behind them is compared by itself.
#[test]
fn a_scroll_with_a_tail() {
    let (width, height) = (641, 399);
    let mut stage = Stage::new(width, height, 2, 1);
    let size = (width * height * PIXEL) as u64;
    for n in 0..5 {
        let source = (n > 1).then_some(((n + 1) % 2, 0));
        let picture = Picture::text(width, height, (0, n * 20));
        stage.show((n % 2, 0), source, &picture.bytes, &[0..size / 64 * 64]);
        assert!(n < 2 || !stage.rects.is_empty());
    }
}

/// What little of a page would have come from where it would have been as before says nothing of the page.
#[test]
fn farther_than_what_is_there() {
    let (width, height) = (640, 400);
    let frames = [5, 300, 320].map(|y| Picture::text(width, height, (0, y)));
    for rows in [340, 370] {
        let mut stage = Stage::new(width, height, 2, 1);
        stage.likely = Some((rows * width * PIXEL) as i64);
        for (n, frame) in frames.iter().enumerate() {
            let damage = stage.whole(0);
            stage.show((n % 2, 0), (n == 2).then_some((1, 0)), &frame.bytes, &damage);
        }
        assert!(stage.sent <= width * PIXEL * 22 + 100, "{rows}: {}", stage.sent);
    }
}

#[test]
fn both_directions_and_odd_distances() {
    for (first, second) in [(0, 33), (70, 33), (33, 34), (500, 170)] {
        let frames = [5, first, second].map(|y| Picture::text(512, 384, (0, y)));
        let stage = third(frames.each_ref(), false);
        let new = usize::abs_diff(first, second) + 2;
        assert!(stage.sent <= 512 * 4 * new + 200, "{first} to {second}: {} {:?}", stage.sent, stage.rects);
    }
}

#[test]
fn a_scroll_in_one_buffer() {
    for (first, second) in [(0, 20), (60, 17)] {
        let mut stage = Stage::new(640, 400, 1, 1);
        let damage = stage.whole(0);
        stage.show((0, 0), None, &Picture::text(640, 400, (0, first)).bytes, &damage);
        stage.show((0, 0), Some((0, 0)), &Picture::text(640, 400, (0, second)).bytes, &damage);
        assert!(stage.sent <= 640 * 4 * (usize::abs_diff(first, second) + 2) + 100, "{}", stage.sent);
    }
}

/// What is likely is found without asking anybody, and what is wrong changes nothing.
#[test]
fn as_before() {
    let (width, height) = (640, 400);
    let row = (width * PIXEL) as i64;
    let moved = |(x, y): (usize, usize), one_file| {
        let frames =
            [(5, 300), (300, 300), (300 + x, 300 + y)].map(|from| Picture::text(width, height, from));
        let show = |likely| {
            let mut stage = Stage::new(width, height, 2, 2);
            stage.likely = likely;
            let place = |n: usize| if one_file { (0, n as u64 % 2) } else { (n % 2, 0) };
            for (n, frame) in frames.iter().enumerate() {
                let damage = stage.whole(place(n).1);
                stage.show(place(n), (n == 2).then(|| place(1)), &frame.bytes, &damage);
            }
            (stage.sent, stage.rects, stage.scratch.votes.is_unused())
        };
        let (sent, rects, _) = show(None);
        let far = y as i64 * row + (x * PIXEL) as i64;
        let (as_told, _, nobody) = show(Some(far));
        let new = (x * height + y * width) * PIXEL;
        assert!(as_told <= new + 2000 && nobody, "{x}, {y}: {as_told} instead of {new}");
        for wrong in [0, far + row, far - 1, -far, i64::MAX, i64::MIN] {
            assert_eq!(show(Some(wrong)), (sent, rects.clone(), false), "{x}, {y}: {wrong}");
        }
    };
    moved((0, 20), true);
    moved((0, 57), false);
    moved((24, 0), false);
}

#[test]
fn sideways() {
    for (first, second) in [(0, 24), (100, 37)] {
        let frames = [5, first, second].map(|x| Picture::text(640, 400, (x, 0)));
        let stage = third(frames.each_ref(), false);
        let new = usize::abs_diff(first, second) + 4;
        assert!(stage.sent <= new * 4 * 400 * 2, "{first} to {second}: {} {:?}", stage.sent, stage.rects);
    }
}

/// A window with two panes and things around them that stand still.
fn panes(left: usize, right: usize) -> Picture {
    let mut it = Picture::new(900, 600);
    it.draw((0, 0, 900, 600), |x, y| ((x as u32 * 7919) ^ (y as u32 * 104_729)) | 0xff00_0000);
    it.draw((37, 51, 333, 471), |x, y| ink(x, y + left));
    it.draw((401, 33, 444, 511), |x, y| ink(x + 3000, y + right));
    it
}

#[test]
fn panes_move_on_their_own() {
    let frames = [panes(10, 500), panes(30, 460), panes(50, 447)];
    let stage = third(frames.each_ref(), true);
    let new = 333 * 4 * 22 + 444 * 4 * 15;
    assert!(stage.sent <= new + 20_000, "{} {} {:?}", stage.sent, new, stage.rects);
}

#[test]
fn what_the_other_buffer_has_is_not_sent_again() {
    let frames = [panes(0, 0), panes(30, 460), panes(30, 460)];
    assert_eq!(third(frames.each_ref(), false).sent, 0);
}

#[test]
fn flat_areas_and_noise_are_left_alone() {
    let mut flat = Picture::new(640, 400);
    let white = flat.clone();
    flat.draw((100, 100, 300, 200), |_, _| 0xff00_00ff);
    let mut other = white.clone();
    other.draw((110, 130, 300, 200), |_, _| 0xff00_00ff);
    let stage = third([&white, &flat, &other], false);
    assert!(stage.rects.len() < 8);
    let mut numbers = Numbers(7);
    let mut noise = || {
        let mut it = Picture::new(640, 400);
        it.bytes.iter_mut().for_each(|byte| *byte = numbers.next() as u8);
        it
    };
    let stage = third([&noise(), &noise(), &noise()], false);
    assert_eq!(stage.rects, []);
}

#[test]
fn only_damage_is_written() {
    let old = Picture::text(640, 400, (0, 0));
    let mut new = Picture::text(640, 400, (0, 20));
    // The program drew more than it said.
    new.draw((0, 200, 640, 30), |x, y| (x * y) as u32);
    let row = 640 * PIXEL as u64;
    let damages = [
        vec![0..row * 190, row * 240..row * 400],
        (0..400).map(|y| y * row + 256..y * row + 2048).collect(),
        (0..400).flat_map(|y| [y * row + 128..y * row + 512, y * row + 1024..y * row + 2048]).collect(),
    ];
    for damage in damages {
        let mut stage = Stage::new(640, 400, 2, 1);
        let whole = stage.whole(0);
        stage.show((0, 0), None, &old.bytes, &whole);
        stage.show((1, 0), Some((0, 0)), &new.bytes, &damage);
        assert!(!stage.rects.is_empty());
    }
}

#[test]
fn images_of_all_sizes_and_formats() {
    let mut numbers = Numbers(3);
    for round in 0..60 {
        let pixel = [1, 2, 3, 4, 8][round % 5];
        let (width, rows) = (1 + numbers.below(300), 1 + numbers.below(200));
        let slack = numbers.below(3) * pixel;
        let (row, stride) = (width * pixel, width * pixel + slack);
        let offset = numbers.below(5000);
        let size = offset + stride * rows + numbers.below(100);
        let (region, mirror) = (Region::heap(size as usize), Mirror::new(size).expect("a mirror"));
        let other = Mirror::new(size).expect("a mirror");
        let shift = numbers.below(30) * stride;
        let texture = |at: u64| ((at / pixel).wrapping_mul(2_654_435_761) >> 20) as u8;
        let bytes: Vec<u8> = (0..size).map(|at| texture(at + shift)).collect();
        region.write(0, &bytes).expect("written");
        other
            .lock(0..size)
            .expect("free")
            .iter_mut()
            .enumerate()
            .for_each(|(at, it)| *it = texture(at as u64));
        let image = Image { offset, stride, row, rows, pixel };
        let damage = (offset / 64 * 64)..(size / 64 * 64);
        let damage = if damage.is_empty() { vec![] } else { vec![damage] };
        let source = Source { mirror: Some(&other), offset, likely: None };
        let mut scratch = Scratch::default();
        let rects = find(&region, &mirror, &image, &source, &damage, &mut scratch).expect("searched");
        let fits = |rect: &Rect| rect.fits(size, size, false);
        assert!(rects.iter().all(fits));
        let big = rows > 80 && row > 1000;
        assert!(!big || !rects.is_empty(), "{image:?} {shift}");
    }
}

#[test]
fn images_that_do_not_fit() {
    let (region, mirror) = (Region::heap(4096), Mirror::new(4096).expect("a mirror"));
    let good = Image { offset: 0, stride: 64, row: 64, rows: 64, pixel: 4 };
    let bad = [
        Image { rows: 65, ..good },
        Image { offset: 1, ..good },
        Image { pixel: 0, ..good },
        Image { row: 62, ..good },
        Image { row: 0, ..good },
        Image { stride: 32, ..good },
        Image { rows: u64::MAX, ..good },
        Image { offset: u64::MAX, ..good },
    ];
    let all = 0..4096;
    let damage = std::slice::from_ref(&all);
    let mut scratch = Scratch::default();
    for image in bad {
        let source = Source { mirror: None, offset: 0, likely: None };
        assert!(find(&region, &mirror, &image, &source, damage, &mut scratch).is_err(), "{image:?}");
    }
    for offset in [1, 5000, u64::MAX] {
        let source = Source { mirror: None, offset, likely: None };
        assert!(find(&region, &mirror, &good, &source, damage, &mut scratch).is_err());
    }
}

#[test]
fn rectangles_that_do_not_fit() {
    let file = Region::heap(1000);
    let good = Rect { dst: 0, src: 500, row: 10, rows: 10, dst_pitch: 20, src_pitch: 20 };
    let bad = [
        Rect { rows: 0, ..good },
        Rect { row: 0, ..good },
        Rect { row: 21, ..good },
        Rect { dst: 811, ..good },
        Rect { src: 811, ..good },
        Rect { dst_pitch: 200, ..good },
        Rect { rows: u64::MAX, ..good },
        Rect { dst: u64::MAX, ..good },
        // Across each other, with different pitches.
        Rect { src: 50, dst_pitch: 21, ..good },
    ];
    let memory = Memory { region: &file, mirror: None };
    for rect in bad {
        assert!(matches!(apply(memory, None, &[good, rect]), Err(MoveError::Range)), "{rect:?}");
    }
    assert!(apply(memory, None, &[good]).is_ok());
    let other = Region::heap(1000);
    let across = Rect { src: 50, dst_pitch: 21, ..good };
    assert!(apply(memory, Some(Memory { region: &other, mirror: None }), &[across]).is_ok());
}

#[test]
fn overlapping_copies_are_like_memmove() {
    let mut numbers = Numbers(11);
    for _ in 0..400 {
        let size = 600_u64;
        let pitch = 1 + numbers.below(40);
        let row = 1 + numbers.below(pitch);
        let rect = Rect {
            dst: numbers.below(300),
            src: numbers.below(300),
            row,
            rows: 1 + numbers.below(14),
            dst_pitch: pitch,
            src_pitch: pitch,
        };
        if !rect.fits(size, size, true) {
            continue;
        }
        let old: Vec<u8> = (0..size).map(|_| numbers.next() as u8).collect();
        let mut new = old.clone();
        for n in 0..rect.rows {
            let (to, from) = ((rect.dst + n * pitch) as usize, (rect.src + n * pitch) as usize);
            new[to..to + row as usize].copy_from_slice(&old[from..from + row as usize]);
        }
        let (region, mirror) = (Region::heap(size as usize), Mirror::new(size).expect("a mirror"));
        region.write(0, &old).expect("written");
        mirror.lock(0..size).expect("free").copy_from_slice(&old);
        apply(Memory { region: &region, mirror: Some(&mirror) }, None, &[rect]).expect("fits");
        let mut out = vec![0; size as usize];
        region.read(0, &mut out).expect("read");
        assert!(out == new && *mirror.lock(0..size).expect("free") == new[..], "{rect:?}");
        mirror.lock(0..size).expect("free").copy_from_slice(&old);
        carry(&mirror, &[rect]).expect("fits");
        assert!(*mirror.lock(0..size).expect("free") == new[..]);
    }
}
