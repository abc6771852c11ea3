use proptest::prelude::*;

use super::state::Key;
use super::*;

/// Something that happens between two paintings.
#[derive(Clone, Debug)]
enum Step {
    Wait(u32),
    Press(Key),
    Move(f32, f32),
    Leave,
    Click,
    Shown(u32),
    Rate(f32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_u32..1500).prop_map(Step::Wait),
        2 => (32_u8..127).prop_map(|letter| Step::Press(Key::Letter(letter.into()))),
        1 => prop_oneof![Just(Key::Backspace), Just(Key::Enter), Just(Key::Other("F1"))].prop_map(Step::Press),
        2 => (-50_f32..700.0, -50_f32..500.0).prop_map(|(x, y)| Step::Move(x, y)),
        1 => Just(Step::Leave),
        2 => Just(Step::Click),
        2 => (0_u32..400_000).prop_map(Step::Shown),
        1 => (0_f32..240.0).prop_map(Step::Rate),
    ]
}

fn apply(state: &mut State, time: &mut Duration, step: &Step) {
    match *step {
        Step::Wait(millis) => *time += Duration::from_millis(millis.into()),
        Step::Press(key) => state.press(key, *time),
        Step::Move(x, y) => state.pointer = Some((x, y)),
        Step::Leave => state.pointer = None,
        Step::Click => state.click(*time),
        Step::Shown(micros) => {
            let latency = Duration::from_micros(micros.into());
            state.shown(latency);
            state.latency = Some(latency);
        }
        Step::Rate(rate) => state.rate = Some(rate),
    }
}

/// The first pixel that differs and is in no rectangle.
fn undamaged(before: &Picture, after: &Picture, damage: &[Rect]) -> Option<(i32, i32)> {
    let Rect { w, h, .. } = after.bounds();
    let places = (0..h).filter(|&y| before.row(y, 0, w) != after.row(y, 0, w));
    let mut places = places.flat_map(|y| (0..w).map(move |x| (x, y)));
    places.find(|&(x, y)| {
        before.row(y, x, x + 1) != after.row(y, x, x + 1) && !damage.iter().any(|rect| rect.contains(x, y))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Damage covers what differs, and the picture does not depend on what was painted before.
    #[test]
    fn damage_is_complete(
        size in prop_oneof![3 => (300_i32..640, 300_i32..440), 1 => (1_i32..300, 1_i32..200)],
        steps in proptest::collection::vec(step(), 1..9),
    ) {
        let mut scene = Scene::new(size.0, size.1);
        let (mut state, mut time) = (State::default(), Duration::ZERO);
        prop_assert_eq!(scene.paint(&state, time), [scene.picture().bounds()]);
        for step in &steps {
            let before = scene.picture().clone();
            apply(&mut state, &mut time, step);
            let damage = scene.paint(&state, time);
            prop_assert_eq!(undamaged(&before, scene.picture(), &damage), None, "{:?}", step);
            for rect in &damage {
                prop_assert_eq!(rect.intersect(scene.picture().bounds()), *rect);
            }
        }
        let mut fresh = Scene::new(size.0, size.1);
        fresh.paint(&state, time);
        prop_assert!(fresh.picture() == scene.picture());
    }
}

#[test]
fn only_what_moves_is_damaged() {
    let mut scene = Scene::new(960, 600);
    let state = State::default();
    scene.paint(&state, Duration::ZERO);
    let damage = scene.paint(&state, Duration::from_millis(17));
    assert_eq!(damage, [scene.layout.prose, scene.wheel_place()]);
    // At the same time there is nothing new but the wheel, which is always painted.
    assert_eq!(scene.paint(&state, Duration::from_millis(17)), [scene.wheel_place()]);
}

#[test]
fn ripples_end() {
    let mut state = State { pointer: Some((10.0, 10.0)), ..State::default() };
    for n in 0..100 {
        state.click(Duration::from_millis(n));
    }
    assert_eq!(state.ripples.len(), 16);
    state.settle(Duration::from_millis(95) + state::RIPPLE_TIME);
    assert_eq!(state.ripples.len(), 4);
}

#[test]
fn a_typed_line_is_bounded() {
    let mut state = State::default();
    for _ in 0..500 {
        state.press(Key::Letter('x'), Duration::ZERO);
    }
    assert!(state.line.len() < 100);
    state.press(Key::Enter, Duration::ZERO);
    assert_eq!(state.line, "");
    state.press(Key::Backspace, Duration::ZERO);
}

#[test]
fn figures_fit() {
    let state = State { rate: Some(1e9), latency: Some(Duration::from_secs(9999)), ..State::default() };
    assert!(state.figures().len() <= state::FIGURES, "{}", state.figures());
}

/// Paints a few moments into the folder that `FARWAY_DEMO_PICTURES` names, to be looked at.
#[test]
fn pictures_to_look_at() {
    let Some(folder) = std::env::var_os("FARWAY_DEMO_PICTURES") else { return };
    for (name, width, height, millis) in [
        ("start", 960, 600, 0),
        ("later", 960, 600, 7300),
        ("wide", 1500, 840, 21_000),
        ("small", 480, 320, 3000),
    ] {
        let mut scene = Scene::new(width, height);
        let mut state =
            State { rate: Some(60.0), latency: Some(Duration::from_micros(2140)), ..State::default() };
        let time = Duration::from_millis(millis);
        if millis > 0 {
            for n in 0..60_u32 {
                state.shown(Duration::from_micros(2000 + u64::from(n.wrapping_mul(2_654_435_761) >> 20)));
            }
            "hello from the other side".chars().for_each(|letter| state.press(Key::Letter(letter), time));
            state.pointer = Some((620.0, 140.0));
            state.click(time.saturating_sub(Duration::from_millis(200)));
        }
        scene.paint(&state, time);
        let Rect { w, h, .. } = scene.picture().bounds();
        let bytes: Vec<u8> = (0..h)
            .flat_map(|y| {
                scene.picture().row(y, 0, w).iter().flat_map(|&[b, g, r, _]| [r, g, b]).collect::<Vec<_>>()
            })
            .collect();
        let file = std::fs::File::create(std::path::Path::new(&folder).join(format!("{name}.png"))).unwrap();
        let mut encoder = png::Encoder::new(file, w as u32, h as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
    }
}

/// What a frame costs, to be read: `cargo test --release -p farway cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn cost_of_a_frame() {
    let mut scene = Scene::new(960, 600);
    let state = State { pointer: Some((300.0, 300.0)), ..State::default() };
    let start = std::time::Instant::now();
    for frame in 0..600 {
        scene.paint(&state, Duration::from_micros(frame * 16_667));
    }
    println!("{:?} for each of 600 frames", start.elapsed() / 600);
}
