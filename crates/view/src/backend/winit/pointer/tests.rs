use winit::dpi::PhysicalPosition;

use super::*;

const ONE: WindowId = WindowId(1);
const TWO: WindowId = WindowId(2);

#[test]
fn a_button_that_is_down_holds_the_pointer() {
    let mut pointer = Pointer::default();
    pointer.enter(ONE);
    assert_eq!(pointer.leave(TWO), None, "it is not there");
    assert_eq!(pointer.button(MouseButton::Left, ElementState::Pressed).len(), 1);
    assert_eq!((pointer.leave(ONE), pointer.over()), (None, Some(ONE)));
    let up = Input::Button { code: 0x110, pressed: false };
    assert_eq!(pointer.button(MouseButton::Left, ElementState::Released), [up, Input::Leave]);
    assert_eq!(pointer.over(), None);
    pointer.enter(TWO);
    assert_eq!(pointer.leave(TWO), Some(Input::Leave));
}

#[test]
fn what_the_host_takes_is_released_once() {
    let mut pointer = Pointer::default();
    pointer.button(MouseButton::Right, ElementState::Pressed);
    assert_eq!(pointer.taken().collect::<Vec<_>>(), [Input::Button { code: 0x111, pressed: false }]);
    assert_eq!(pointer.button(MouseButton::Right, ElementState::Released), []);
    assert_eq!(pointer.button(MouseButton::Other(99), ElementState::Pressed), []);
}

#[test]
fn wheels_have_notches_and_fingers_stop() {
    let wheel = axis(MouseScrollDelta::LineDelta(0.0, 1.0), TouchPhase::Moved, 240).expect("it moved");
    assert_eq!((wheel.vertical, wheel.notches, wheel.source), (-15.0, (0, -120), AxisSource::Wheel));
    assert_eq!(axis(MouseScrollDelta::LineDelta(0.0, 0.0), TouchPhase::Moved, 120), None);
    let by = |x, y| MouseScrollDelta::PixelDelta(PhysicalPosition::new(x, y));
    let finger = axis(by(-4.0, 10.0), TouchPhase::Moved, 240).expect("it moved");
    assert_eq!((finger.horizontal, finger.vertical, finger.stop), (2.0, -5.0, (false, false)));
    assert_eq!(axis(by(0.0, 0.0), TouchPhase::Started, 120), None);
    assert_eq!(axis(by(0.0, 0.0), TouchPhase::Ended, 120).map(|it| it.stop), Some((true, true)));
}

#[test]
fn fingers_have_small_numbers() {
    let mut pointer = Pointer::default();
    assert_eq!(pointer.finger(1 << 40, TouchPhase::Started), (0, Phase::Down));
    assert_eq!(pointer.finger(7, TouchPhase::Started), (1, Phase::Down));
    assert_eq!(pointer.finger(1 << 40, TouchPhase::Ended), (0, Phase::Up));
    assert_eq!(pointer.finger(9, TouchPhase::Started), (0, Phase::Down));
    assert_eq!(pointer.finger(7, TouchPhase::Moved), (1, Phase::Motion));
}
