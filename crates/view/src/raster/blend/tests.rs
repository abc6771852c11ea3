use super::*;
use proptest::prelude::*;

fn reference(to: u32, from: u32) -> u32 {
    let through = f64::from(255 - (from >> 24));
    let mut out = 0;
    for shift in [0, 8, 16, 24] {
        let channel = |pixel: u32| f64::from((pixel >> shift) & 255);
        let value = channel(from) + (channel(to) * through / 255.0).round();
        out |= (value.min(255.0) as u32) << shift;
    }
    out
}

#[test]
fn division_is_exact() {
    for value in 0..=255 * 255_u16 {
        assert_eq!(u32::from(div255(value)), (u32::from(value) + 127) / 255, "{value}");
    }
}

#[test]
fn opaque_replaces_empty_keeps_and_half_is_half() {
    let mut row = [0xff10_2030; 40];
    over(&mut row, &[0xff01_0203; 40]);
    assert_eq!(row, [0xff01_0203; 40]);
    over(&mut row, &[0; 40]);
    assert_eq!(row, [0xff01_0203; 40]);
    let mut row = [0xff00_00ff; 40];
    over(&mut row, &[0x8080_0000; 40]);
    // 255 * 127 / 255 = 127.
    assert_eq!(row, [0xff80_007f; 40]);
    over_with(&mut row, 0xff11_2233);
    assert_eq!(row, [0xff11_2233; 40]);
}

#[test]
fn mixing_keeps_what_is_equal() {
    for weight in 0..=256 {
        let mut out = [0; 3];
        mix(&mut out, &[0xff80_00fe; 3], &[0xff80_00fe; 3], weight);
        assert_eq!(out, [0xff80_00fe; 3]);
        mix_each(&mut out, &[u32::MAX; 3], &[u32::MAX; 3], &[weight; 12]);
        assert_eq!(out, [u32::MAX; 3]);
    }
}

proptest! {
    #[test]
    fn over_is_the_reference(
        pairs in prop::collection::vec((any::<u32>(), prop_oneof![any::<u32>(), any::<u32>().prop_map(|it| it | OPAQUE), Just(0)]), 0..70),
    ) {
        let (mut to, from): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
        let expected: Vec<u32> = pairs.iter().map(|(to, from)| reference(*to, *from)).collect();
        over(&mut to, &from);
        prop_assert_eq!(to, expected);
    }

    #[test]
    fn colours_stay_below_their_alpha(to: [u8; 2], from: [u8; 2], weight in 0..=256u16) {
        let pixel = |[a, c]: [u8; 2]| u32::from_be_bytes([a, c.min(a), c.min(a), 0]);
        let valid = |it: u32| (it >> 24) >= ((it >> 16) & 255);
        prop_assert!(valid(over_pixel(pixel(to), pixel(from))));
        let mut out = [0];
        mix(&mut out, &[pixel(to)], &[pixel(from)], weight);
        prop_assert!(valid(out[0]));
    }
}
