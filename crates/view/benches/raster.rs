//! How long it takes to draw 1280x720 pixels, compared with a plain copy of as many. `cargo bench -p farway-view`.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use farway_sys::mem::Region;
use farway_view::Memory;
use farway_view::geometry::{Point, Rect, Size};
use farway_view::raster::{Canvas, Draw, Format, Layout, Raster, Source, Transform};

const SIZE: Size = Size::new(1280, 720);
const COUNT: usize = 1280 * 720;

/// The best of many: what the machine does besides only makes it longer.
fn time(mut work: impl FnMut()) -> Duration {
    let once = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..150).map(|_| once(&mut work)).min().unwrap_or_default()
}

/// Pixels of which a third is opaque, a third translucent and a third empty, in turn, or all translucent.
fn content(mixed: bool) -> Vec<u8> {
    let pixel = |at: u32| match (at / 200) % 3 {
        0 if mixed => 0xff00_0000 | (at & 0x00ff_ffff),
        1 if mixed => 0,
        _ => 0x8000_0000 | (at & 0x007f_7f7f),
    };
    // Twice the size in both directions, for the reductions.
    (0..COUNT as u32 * 4).flat_map(|at| pixel(at).to_le_bytes()).collect()
}

fn heap(bytes: &[u8]) -> Region {
    let region = Region::heap(bytes.len());
    region.write(0, bytes).expect("as long");
    region
}

/// A file that can shrink, so that it is read by position.
fn positional(bytes: &[u8]) -> Option<Region> {
    let path = format!("/dev/shm/raster-bench-{}", std::process::id());
    File::create(&path).ok()?.write_all(bytes).ok()?;
    let file = File::open(&path);
    std::fs::remove_file(&path).ok()?;
    Region::adopt(file.ok()?.into(), bytes.len() as u64).ok()
}

struct Bench {
    copy: Duration,
    canvas: Canvas,
    raster: Raster,
}

impl Bench {
    fn row(&self, name: &str, took: Duration) {
        let ratio = took.as_secs_f64() / self.copy.as_secs_f64();
        println!("{name:<44} {:>8.3} ms {ratio:>6.2} x memcpy", took.as_secs_f64() * 1e3);
    }

    fn draw(&mut self, name: &str, draw: &Draw<'_>) {
        let Self { canvas, raster, .. } = self;
        let took = time(|| raster.draw(canvas, draw, &[SIZE.rect()]).expect("all is there"));
        self.row(name, took);
    }

    /// A picture of `size`, without gaps but for `gap`, on all of the canvas.
    fn scaled(&mut self, name: &str, memory: &dyn Memory, format: Format, size: Size, gap: u32) {
        self.turned(name, memory, format, size, gap, Transform::Normal);
    }

    fn turned(
        &mut self,
        name: &str,
        memory: &dyn Memory,
        format: Format,
        size: Size,
        gap: u32,
        how: Transform,
    ) {
        let stride = size.width as u32 * format.bytes_per_pixel() as u32 + gap;
        let source = Source::Shared { memory, layout: Layout { offset: 0, stride, size, format } };
        let shown = how.size(size);
        let draw = Draw { to: SIZE.rect(), transform: how, ..Draw::whole(source, shown, Point::default()) };
        self.draw(name, &draw);
    }
}

fn main() {
    let bytes = content(false);
    let mut target = vec![0u8; COUNT * 4];
    let copy = time(|| black_box(&mut target).copy_from_slice(black_box(&bytes[..COUNT * 4])));
    let mut bench = Bench { copy, canvas: Canvas::new(SIZE), raster: Raster::new() };
    bench.row("memcpy", copy);

    let memory = heap(&bytes);
    let mixed = heap(&content(true));
    let file = positional(&bytes);
    use Format::{Abgr8888, Argb8888, Rgb565, Xbgr8888, Xbgr2101010, Xrgb8888};
    bench.scaled("opaque 1:1", &memory, Xrgb8888, SIZE, 0);
    bench.scaled("opaque 1:1, rows with gaps", &memory, Xrgb8888, SIZE, 64);
    bench.scaled("blend 1:1, all translucent", &memory, Argb8888, SIZE, 0);
    bench.scaled("blend 1:1, a third each", &mixed, Argb8888, SIZE, 0);
    if let Some(file) = &file {
        println!("by position (mapped: {}):", file.is_mapped());
        bench.scaled("  opaque 1:1", file, Xrgb8888, SIZE, 0);
        for offset in [16, 2048] {
            let layout = Layout { offset, stride: 5120, size: SIZE, format: Xrgb8888 };
            let source = Source::Shared { memory: file, layout };
            bench.draw(
                &format!("  opaque 1:1 from byte {offset}"),
                &Draw::whole(source, SIZE, Point::default()),
            );
        }
        bench.scaled("  opaque 1:1, rows with gaps", file, Xrgb8888, SIZE, 64);
        bench.scaled("  blend 1:1, all translucent", file, Argb8888, SIZE, 0);
    }
    for format in [Xbgr8888, Abgr8888, Rgb565, Xbgr2101010] {
        bench.scaled(&format!("1:1 {format:?}"), &memory, format, SIZE, 0);
    }
    bench.scaled("2x opaque", &memory, Xrgb8888, Size::new(640, 360), 0);
    bench.scaled("2x blend", &memory, Argb8888, Size::new(640, 360), 0);
    bench.scaled("1.5x opaque", &memory, Xrgb8888, Size::new(853, 480), 0);
    bench.scaled("1.5x blend", &memory, Argb8888, Size::new(853, 480), 0);
    bench.scaled("0.75x opaque", &memory, Xrgb8888, Size::new(1707, 960), 0);
    bench.scaled("0.5x opaque", &memory, Xrgb8888, Size::new(2560, 1440), 0);
    bench.scaled("0.55x opaque", &memory, Xrgb8888, Size::new(2327, 1309), 0);
    bench.turned("turned by 90 degrees, opaque", &memory, Xrgb8888, Size::new(720, 1280), 0, Transform::R90);
    bench.turned("turned by 180 degrees, opaque", &memory, Xrgb8888, SIZE, 0, Transform::R180);

    let solid = Draw::whole(Source::Solid(0x8010_2030), SIZE, Point::default());
    bench.draw("translucent colour", &solid);
    let canvas = bench.canvas.clone();
    bench.row("difference", time(|| assert_eq!(black_box(&canvas).diff(&bench.canvas), 0)));
    bench.row("PNG", time(|| drop(canvas.crop(Rect::new(0, 0, 1280, 720)).to_png(false))));
}
