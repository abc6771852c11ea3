//! The host's mouse, touchpad and touch screen in the compositor's words.
//!
//! Invariant: the pointer never leaves a window while a button is down.

use std::collections::{BTreeMap, BTreeSet};

use winit::event::{ElementState, MouseButton, MouseScrollDelta, TouchPhase};

use crate::effect::WindowId;
use crate::input::{Axis, AxisSource, Input, Phase};

/// Logical pixels of one notch of a wheel.
const NOTCH: f64 = 15.0;

/// What is known of the pointer and the fingers.
#[derive(Debug, Default)]
pub(super) struct Pointer {
    /// Where it is.
    over: Option<WindowId>,
    down: BTreeSet<u32>,
    /// It has left while a button was down.
    left: bool,
    fingers: BTreeMap<u64, i32>,
}

impl Pointer {
    /// The window that it is over.
    pub fn over(&self) -> Option<WindowId> {
        self.over
    }

    /// It is over this window.
    pub fn enter(&mut self, window: WindowId) {
        self.over = Some(window);
        self.left = false;
    }

    /// It has left this window.
    pub fn leave(&mut self, window: WindowId) -> Option<Input> {
        if self.over != Some(window) {
            return None;
        }
        self.left = !self.down.is_empty();
        if self.left {
            return None;
        }
        self.over = None;
        Some(Input::Leave)
    }

    /// A button: what to say, in order.
    pub fn button(&mut self, button: MouseButton, state: ElementState) -> Vec<Input> {
        let Some(code) = code(button) else { return Vec::new() };
        let pressed = state == ElementState::Pressed;
        let changed = if pressed { self.down.insert(code) } else { self.down.remove(&code) };
        let mut list = Vec::new();
        if changed {
            list.push(Input::Button { code, pressed });
        }
        if self.left && self.down.is_empty() {
            (self.left, self.over) = (false, None);
            list.push(Input::Leave);
        }
        list
    }

    /// The host has taken the pointer, to move or resize a window: it will not tell of the release.
    pub fn taken(&mut self) -> impl Iterator<Item = Input> + use<> {
        std::mem::take(&mut self.down).into_iter().map(|code| Input::Button { code, pressed: false })
    }

    /// The compositor's number of a finger: the lowest that is free while it touches.
    pub fn finger(&mut self, id: u64, phase: TouchPhase) -> (i32, Phase) {
        let free = || (0..).find(|number| !self.fingers.values().any(|it| it == number)).unwrap_or(0);
        let number = self.fingers.get(&id).copied().unwrap_or_else(free);
        let phase = match phase {
            TouchPhase::Started => Phase::Down,
            TouchPhase::Moved => Phase::Motion,
            TouchPhase::Ended => Phase::Up,
            TouchPhase::Cancelled => Phase::Cancel,
        };
        match phase {
            Phase::Down | Phase::Motion => drop(self.fingers.insert(id, number)),
            Phase::Up => drop(self.fingers.remove(&id)),
            Phase::Cancel => self.fingers.clear(),
        }
        (number, phase)
    }
}

/// The code of a button in Linux' `input-event-codes.h`.
fn code(button: MouseButton) -> Option<u32> {
    Some(match button {
        MouseButton::Left => 0x110,
        MouseButton::Right => 0x111,
        MouseButton::Middle => 0x112,
        MouseButton::Back => 0x113,
        MouseButton::Forward => 0x114,
        // As AppKit counts, and as X11 does.
        MouseButton::Other(number @ 5..=9) => 0x110 + u32::from(number),
        MouseButton::Other(number @ 10..=12) => 0x10b + u32::from(number),
        MouseButton::Other(_) => return None,
    })
}

/// Scrolling. The host counts content that moves down and right as positive, Wayland the other way round. `scale`, in
/// 120ths, is of the window: touchpads speak of physical pixels.
pub(super) fn axis(delta: MouseScrollDelta, phase: TouchPhase, scale: u32) -> Option<Axis> {
    let over = matches!(phase, TouchPhase::Ended | TouchPhase::Cancelled);
    match delta {
        MouseScrollDelta::LineDelta(x, y) => {
            let (x, y) = (-f64::from(x), -f64::from(y));
            let notches = ((x * 120.0).round() as i32, (y * 120.0).round() as i32);
            (notches != (0, 0)).then_some(Axis {
                source: AxisSource::Wheel,
                horizontal: x * NOTCH,
                vertical: y * NOTCH,
                notches,
                stop: (false, false),
            })
        }
        MouseScrollDelta::PixelDelta(by) => {
            let factor = 120.0 / f64::from(scale.max(1));
            let (horizontal, vertical) = (-by.x * factor, -by.y * factor);
            (over || horizontal != 0.0 || vertical != 0.0).then_some(Axis {
                source: AxisSource::Finger,
                horizontal,
                vertical,
                notches: (0, 0),
                stop: (over, over),
            })
        }
    }
}

#[cfg(test)]
mod tests;
