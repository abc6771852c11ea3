use super::*;

/// Mirrors left to right.
fn mirror(picture: &[Vec<u8>]) -> Vec<Vec<u8>> {
    picture.iter().map(|row| row.iter().rev().copied().collect()).collect()
}

/// Turns counter-clockwise: the right column becomes the top row.
fn turn(picture: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let width = picture[0].len();
    (0..width).map(|x| picture.iter().map(|row| row[width - 1 - x]).collect()).collect()
}

#[test]
fn pixels_are_where_mirroring_and_turning_put_them() {
    let upright = vec![vec![1, 2, 3], vec![4, 5, 6]];
    for transform in Transform::ALL {
        let mut buffer = upright.clone();
        if transform.wire() >= 4 {
            buffer = mirror(&buffer);
        }
        for _ in 0..transform.wire() % 4 {
            buffer = turn(&buffer);
        }
        assert_eq!(buffer.len() == 3, transform.swaps_axes());
        for (y, row) in upright.iter().enumerate() {
            for (x, value) in row.iter().enumerate() {
                let at = transform.to_buffer(Size::new(3, 2), Point::new(x as i32, y as i32));
                assert_eq!(buffer[at.y as usize][at.x as usize], *value, "{transform:?} {x},{y}");
            }
        }
    }
}

#[test]
fn wire_values_are_those_of_the_protocol() {
    for (value, transform) in Transform::ALL.into_iter().enumerate() {
        assert_eq!(Transform::from_wire(value as u32), Some(transform));
        assert_eq!(transform.wire(), value as u32);
    }
    assert_eq!(Transform::from_wire(8), None);
    assert_eq!(Transform::from_wire(u32::MAX), None);
}
