use super::*;

fn run(job: &Job<'_>) -> Vec<u32> {
    let mut out = Vec::new();
    Sampler::default().run(job, |_, row| out.extend_from_slice(row));
    out
}

/// Draws all of a picture of opaque greys on `to`, and gives back the greys.
fn scaled(picture: &[&[u8]], to: Size) -> Vec<u8> {
    let size = Size::new(picture[0].len() as i32, picture.len() as i32);
    let pixels: Vec<u32> =
        picture.iter().flat_map(|row| row.iter().map(|v| u32::from_be_bytes([255, *v, *v, *v]))).collect();
    let job = Job {
        view: View::new(&pixels, size.rect(), size, Transform::Normal),
        x: Axis::new(0.0, size.width.into(), size.width, 0, to.width).expect("seen"),
        y: Axis::new(0.0, size.height.into(), size.height, 0, to.height).expect("seen"),
        tile: to.rect(),
        from: size.rect(),
    };
    let out = run(&job);
    assert!(out.iter().all(|it| it >> 24 == 255), "opaque stays opaque");
    out.iter().map(|it| *it as u8).collect()
}

#[test]
fn doubling_repeats() {
    assert_eq!(
        scaled(&[&[1, 2], &[3, 4]], Size::new(4, 4)),
        [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]
    );
}

#[test]
fn other_enlargements_blend_neighbours_and_repeat_the_edge() {
    // Centres at 1/6, 5/6 - 1/2 = 1/3 and so on: -1/6, 1/2, 7/6 from the first pixel's centre.
    assert_eq!(scaled(&[&[0, 100]], Size::new(3, 1)), [0, 50, 100]);
    assert_eq!(scaled(&[&[0], &[100]], Size::new(1, 3)), [0, 50, 100]);
    assert_eq!(scaled(&[&[0, 100], &[100, 200]], Size::new(3, 3)), [0, 50, 100, 50, 100, 150, 100, 150, 200]);
}

#[test]
fn reductions_take_the_mean() {
    assert_eq!(scaled(&[&[0, 100, 50, 51], &[100, 200, 50, 52]], Size::new(2, 1)), [100, 51]);
    assert_eq!(scaled(&[&[0, 100, 200, 100, 0]], Size::new(2, 1)), [80, 80]);
    assert_eq!(scaled(&[[255; 7].as_slice(); 9], Size::new(2, 2)), [255; 4]);
    // Half as wide, one and a half times as high.
    assert_eq!(
        scaled(&[&[0, 20, 40, 60], &[100, 120, 140, 160]], Size::new(2, 3)),
        [10, 50, 60, 100, 110, 150]
    );
}

#[test]
fn lines_beyond_the_pixels_are_empty_instead_of_a_panic() {
    let view = View::new(&[1, 2], Rect::new(0, 0, 2, 1), Size::new(2, 1), Transform::Normal);
    let mut aside = Vec::new();
    assert_eq!(view.line(0, 0, 2, &mut aside), [1, 2]);
    assert!(view.line(1, 0, 2, &mut aside).is_empty());
    assert!(view.line(-1, 0, 1, &mut aside).is_empty());
    let view = View::new(&[1, 2], Rect::new(0, 0, 2, 1), Size::new(2, 1), Transform::R180);
    assert_eq!(view.line(0, 0, 3, &mut aside), [2, 1, 0]);
}
