use super::*;
use crate::geometry::Area;
use farway_sys::mem::Region;
use proptest::prelude::*;

const CANVAS: Size = Size::new(40, 30);

/// A picture in memory, with something else around it.
#[derive(Debug)]
struct Stored {
    memory: Region,
    layout: Layout,
}

impl Stored {
    fn new(format: Format, size: Size, offset: u64, gap: u32, seed: u32) -> Self {
        let stride = size.width as u32 * format.bytes_per_pixel() as u32 + gap;
        let layout = Layout { offset, stride, size, format };
        let len = layout.end().expect("a number") as usize;
        let memory = Region::heap(len);
        let bytes: Vec<u8> =
            (0..len as u32).map(|it| ((it ^ seed).wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
        memory.write(0, &bytes).expect("room");
        Self { memory, layout }
    }

    fn source(&self) -> Source<'_> {
        Source::Shared { memory: &self.memory, layout: self.layout }
    }

    /// One pixel, read by itself.
    fn pixel(&self, at: Point) -> u32 {
        let Layout { offset, stride, format, .. } = self.layout;
        let mut bytes = vec![0; format.bytes_per_pixel()];
        let at = offset + at.y as u64 * u64::from(stride) + (at.x as usize * bytes.len()) as u64;
        self.memory.read(at, &mut bytes).expect("within");
        let mut out = [0];
        format.convert(&bytes, &mut out);
        out[0]
    }
}

fn backdrop() -> Canvas {
    let pixels =
        (0..(CANVAS.width * CANVAS.height) as u32).map(|it| 0xff00_0000 | it.wrapping_mul(0x0001_0305));
    Canvas::from_pixels(CANVAS, pixels.collect()).expect("a fitting size")
}

/// What `draw` must do, one pixel after the other; `pick` gives the pixel for one of the canvas.
fn naive(canvas: &mut Canvas, draw: &Draw<'_>, clip: &[Rect], pick: impl Fn(Point) -> u32) {
    for y in 0..CANVAS.height {
        for x in 0..CANVAS.width {
            let at = Point::new(x, y);
            if draw.to.has(at) && clip.iter().any(|it| it.has(at)) {
                let new = pick(at);
                let pixel = &mut canvas.pixels_mut()[(y * CANVAS.width + x) as usize];
                *pixel = if draw.opaque { new | OPAQUE } else { blend::over_pixel(*pixel, new) };
            }
        }
    }
}

fn rects() -> impl Strategy<Value = Vec<Rect>> {
    let rect =
        (-10..45, -10..35, 0..50, 0..40).prop_map(|(x, y, width, height)| Rect::new(x, y, width, height));
    prop::collection::vec(rect, 0..4).prop_map(|rects| {
        let mut area = Area::default();
        rects.into_iter().for_each(|it| area.add(it));
        area.rects().to_vec()
    })
}

fn format() -> impl Strategy<Value = Format> {
    prop_oneof![
        Just(Format::Argb8888),
        Just(Format::Xrgb8888),
        (0..Format::all().len()).prop_map(|index| Format::all()[index]),
    ]
}

fn stored() -> impl Strategy<Value = Stored> {
    (format(), 1..40, 1..30, 0..9u64, prop_oneof![Just(0), 0..20u32, Just(500)], any::<u32>()).prop_map(
        |(format, width, height, offset, gap, seed)| {
            Stored::new(format, Size::new(width, height), offset, gap, seed)
        },
    )
}

proptest! {
    /// The fast path, the general path and the naive one agree, for memory and for our own pixels.
    #[test]
    fn moved_pictures_are_the_same_on_all_paths(
        stored in stored(), clip in rects(), at in (-20..45i32, -20..35i32), cut in (0..10i32, 0..10i32), opaque: bool,
    ) {
        let size = stored.layout.size;
        let (x, y) = (cut.0.min(size.width - 1), cut.1.min(size.height - 1));
        let (width, height) = (size.width - x, size.height - y);
        let draw = Draw {
            source: stored.source(),
            crop: (x.into(), y.into(), width.into(), height.into()),
            transform: Transform::Normal,
            to: Rect::new(at.0, at.1, width, height),
            opaque,
        };
        let mut expected = backdrop();
        naive(&mut expected, &draw, &clip, |it| stored.pixel(Point::new(it.x - at.0 + x, it.y - at.1 + y)));
        prop_assert!(draw.moved(size).is_some());
        let mut fast = backdrop();
        let mut raster = Raster::new();
        raster.draw(&mut fast, &draw, &clip).expect("all is there");
        prop_assert_eq!(fast.diff(&expected), 0);

        let mut general = backdrop();
        let opaque = opaque || !stored.layout.format.has_alpha();
        let picture = Picture::Shared(Reader { memory: &stored.memory, layout: stored.layout, opaque });
        for part in parts(&general, &draw, &clip) {
            raster.general(&mut general, &picture, opaque, part, &draw).expect("all is there");
        }
        prop_assert_eq!(general.diff(&expected), 0);

        let all = (0..size.height).flat_map(|y| (0..size.width).map(move |x| Point::new(x, y)));
        let pixels: Vec<u32> = all.map(|it| stored.pixel(it)).collect();
        let mut own = backdrop();
        let draw = Draw { source: Source::Pixels { pixels: &pixels, size }, ..draw };
        raster.draw(&mut own, &draw, &clip).expect("all is there");
        prop_assert_eq!(own.diff(&expected), 0);
    }

    /// Turned pictures, in whole multiples of their size.
    #[test]
    fn turned_and_enlarged_pictures_are_those_of_the_reference(
        stored in stored(), clip in rects(), at in (-20..45i32, -20..35i32), turn in 0..8u32, by in (1..4, 1..4),
    ) {
        let transform = Transform::from_wire(turn).expect("one of eight");
        let upright = transform.size(stored.layout.size);
        let draw = Draw {
            source: stored.source(),
            crop: (0.0, 0.0, upright.width.into(), upright.height.into()),
            transform,
            to: Rect::new(at.0, at.1, upright.width * by.0, upright.height * by.1),
            opaque: false,
        };
        let mut expected = backdrop();
        naive(&mut expected, &draw, &clip, |it| {
            let pixel = Point::new((it.x - at.0) / by.0, (it.y - at.1) / by.1);
            stored.pixel(transform.to_buffer(upright, pixel))
        });
        let mut canvas = backdrop();
        Raster::new().draw(&mut canvas, &draw, &clip).expect("all is there");
        prop_assert_eq!(canvas.diff(&expected), 0);
    }

    /// Any scale: clipped or not, turned or not, a pixel is the same, and within what the picture has.
    #[test]
    fn scaled_pixels_depend_on_their_place_only(
        stored in stored(), clip in rects(), to in (-20..45, -20..35, 1..90, 1..90), turn in 0..8u32,
        cut in (0.0..5.0, 0.0..5.0, 0.1..50.0, 0.1..50.0),
    ) {
        let transform = Transform::from_wire(turn).expect("one of eight");
        let upright = transform.size(stored.layout.size);
        let all = (0..upright.height).flat_map(|y| (0..upright.width).map(move |x| Point::new(x, y)));
        let pixels: Vec<u32> = all.map(|it| stored.pixel(transform.to_buffer(upright, it)) | OPAQUE).collect();
        let draw = Draw {
            source: Source::Pixels { pixels: &pixels, size: upright },
            crop: cut,
            transform: Transform::Normal,
            to: Rect::new(to.0, to.1, to.2, to.3),
            opaque: true,
        };
        let mut full = backdrop();
        let mut raster = Raster::new();
        raster.draw(&mut full, &draw, &[CANVAS.rect()]).expect("all is there");
        let mut expected = backdrop();
        naive(&mut expected, &draw, &clip, |it| full.pixel(it.x, it.y).expect("on the canvas"));
        let mut canvas = backdrop();
        let draw = Draw { source: stored.source(), transform, ..draw };
        raster.draw(&mut canvas, &draw, &clip).expect("all is there");
        prop_assert_eq!(canvas.diff(&expected), 0);
    }
}

#[test]
fn nothing_is_drawn_of_nothing() {
    let stored = Stored::new(Format::Argb8888, Size::new(4, 4), 0, 0, 1);
    let draw = Draw::whole(stored.source(), Size::new(4, 4), Point::default());
    let empty = Layout { size: Size::new(0, -3), ..stored.layout };
    let source = Source::Shared { memory: &stored.memory, layout: empty };
    let cases = [
        Draw { source, ..draw },
        Draw { to: Rect::new(5, 5, 0, 5), ..draw },
        Draw { to: Rect::new(5, 5, -7, 5), ..draw },
        Draw { to: Rect::new(i32::MAX, i32::MIN, i32::MAX, i32::MAX), ..draw },
        Draw { crop: (0.0, 0.0, 0.0, 4.0), ..draw },
        Draw { crop: (0.0, f64::NAN, 4.0, 4.0), ..draw },
        Draw { source: Source::Pixels { pixels: &[], size: Size::new(-1, -1) }, ..draw },
        Draw { source: Source::Solid(0), ..draw },
    ];
    for (index, draw) in cases.iter().enumerate() {
        let mut canvas = backdrop();
        Raster::new().draw(&mut canvas, draw, &[CANVAS.rect()]).expect("nothing to be read");
        assert_eq!(canvas.diff(&backdrop()), 0, "case {index}");
        Raster::new().draw(&mut Canvas::default(), draw, &[CANVAS.rect()]).expect("nothing to be drawn on");
    }
    let mut canvas = backdrop();
    Raster::new().draw(&mut canvas, &draw, &[]).expect("no clip");
    assert_eq!(canvas.diff(&backdrop()), 0);
}

#[test]
fn colours_cover_or_shine_through() {
    let draw = Draw::whole(Source::Solid(0x8000_0080), Size::new(30, 30), Point::new(-5, 20));
    let clip = [Rect::new(0, 0, 20, 25)];
    for opaque in [false, true] {
        let draw = Draw { opaque, ..draw };
        let mut expected = backdrop();
        naive(&mut expected, &draw, &clip, |_| 0x8000_0080);
        let mut canvas = backdrop();
        Raster::new().draw(&mut canvas, &draw, &clip).expect("nothing to be read");
        assert_eq!(canvas.diff(&expected), 0);
    }
}

#[test]
fn a_region_that_is_too_short_gives_an_error_and_a_valid_canvas() {
    let size = Size::new(40, 30);
    for format in Format::all().iter().copied() {
        let stored = Stored::new(format, size, 0, 0, 3);
        let layout = Layout { size: Size::new(40, 60), ..stored.layout };
        let source = Source::Shared { memory: &stored.memory, layout };
        let plain = Draw { opaque: true, ..Draw::whole(source, layout.size, Point::new(0, -20)) };
        let scaled = Draw { to: Rect::new(0, 0, 30, 30), ..plain };
        for draw in [plain, scaled, Draw { transform: Transform::R90, ..scaled }] {
            let mut canvas = backdrop();
            assert!(Raster::new().draw(&mut canvas, &draw, &[CANVAS.rect()]).is_err(), "{format:?}");
            assert!(canvas.pixels().iter().all(|it| *it >= OPAQUE), "{format:?}");
        }
        // The rows that are there can be drawn.
        let mut canvas = backdrop();
        Raster::new().draw(&mut canvas, &plain, &[Rect::new(0, 0, 40, 10)]).expect("all is there");
    }
    let few = Source::Pixels { pixels: &[1, 2, 3], size: Size::new(2, 2) };
    let draw = Draw::whole(few, Size::new(2, 2), Point::default());
    assert!(Raster::new().draw(&mut backdrop(), &draw, &[CANVAS.rect()]).is_err());
}

#[test]
fn scratch_memory_is_bounded_whatever_a_client_claims() {
    // All of a vast picture in a few pixels: it has one row over and over, and is not there at all.
    let memory = Region::heap(1 << 20);
    let mut raster = Raster::new();
    for (stride, to) in
        [(0, Rect::new(0, 0, 1, 1)), (0, Rect::new(0, 0, 3, 2)), (u32::MAX, Rect::new(0, 0, 9, 9))]
    {
        for transform in Transform::ALL {
            let layout =
                Layout { offset: 0, stride, size: Size::new(200_000, 300_000), format: Format::Argb8888 };
            let upright = transform.size(layout.size);
            let source = Source::Shared { memory: &memory, layout };
            let crop = (0.0, 0.0, upright.width.into(), upright.height.into());
            let draw = Draw { source, crop, transform, to, opaque: false };
            let result = raster.draw(&mut backdrop(), &draw, &[CANVAS.rect()]);
            assert_eq!(result.is_ok(), stride == 0);
            assert!(raster.pixels.len() as i64 <= TILE && raster.bytes.len() <= 1 << 20);
        }
    }
}
