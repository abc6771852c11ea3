//! Scrolling, in the words of each version of `wl_pointer`.
//!
//! Invariant: what a wheel turned is told in full to every client, if only notch by notch to the older ones.

use farway_proto::wayland::Fixed;

use crate::client::Target;
use crate::compositor::Compositor;
use crate::input::{Axis, AxisSource};

/// 120ths of a notch, since the API of Windows Vista.
const NOTCH: i32 = 120;
/// What a notch scrolls if the host does not say, as libinput has it.
const PIXELS: f64 = 15.0;
/// More than anybody scrolls at once.
const MOST: f64 = 100_000.0;

/// `wl_pointer.axis_relative_direction.identical`.
const IDENTICAL: u32 = 0;

/// What one axis does.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// `wl_pointer.axis`.
    axis: u32,
    value: f64,
    /// 120ths; zero for what has no notches.
    notches: i32,
    /// Whole notches with those of before, for clients that know no others.
    whole: i32,
    stop: bool,
}

impl Step {
    fn is_nothing(&self) -> bool {
        self.value == 0.0 && self.notches == 0 && !self.stop
    }
}

const fn wire_source(source: AxisSource, version: u32) -> u32 {
    match source {
        AxisSource::Wheel => 0,
        AxisSource::Finger => 1,
        AxisSource::Continuous => 2,
        // Since version 6.
        AxisSource::WheelTilt => {
            if version >= 6 {
                3
            } else {
                0
            }
        }
    }
}

impl Compositor {
    pub(super) fn pointer_axis(&mut self, axis: &Axis) {
        let turns = matches!(axis.source, AxisSource::Wheel | AxisSource::WheelTilt);
        let step = |which: u32, value: f64, notches: i32, stop: bool| {
            let notches = if turns { notches.clamp(-10_000, 10_000) } else { 0 };
            let value = if value.is_finite() { value.clamp(-MOST, MOST) } else { 0.0 };
            let told = value != 0.0 || notches == 0;
            let value = if told { value } else { f64::from(notches) * PIXELS / f64::from(NOTCH) };
            Step { axis: which, value, notches, whole: 0, stop }
        };
        let mut steps = [
            step(0, axis.vertical, axis.notches.1, axis.stop.1),
            step(1, axis.horizontal, axis.notches.0, axis.stop.0),
        ];
        for (step, rest) in steps.iter_mut().zip(&mut self.seat.pointer.turned) {
            // Turning back does not have to make up for the part of a notch that was not told.
            if step.notches.signum() * rest.signum() < 0 {
                *rest = 0;
            }
            *rest += step.notches;
            step.whole = *rest / NOTCH;
            *rest %= NOTCH;
        }
        let Some(client) = self.pointer_client() else { return };
        if steps.iter().all(Step::is_nothing) {
            return;
        }
        for pointer in self.pointers_of(client) {
            self.send_axis(pointer, axis.source, &steps);
        }
    }

    fn send_axis(&mut self, pointer: Target, source: AxisSource, steps: &[Step]) {
        let Some(version) = self.object(pointer).map(|it| it.version) else { return };
        // A part of a notch would be a whole one to clients of these versions.
        let told = |it: &&Step| !it.is_nothing() && (version >= 8 || it.notches == 0 || it.whole != 0);
        let steps: Vec<&Step> = steps.iter().filter(told).collect();
        if steps.is_empty() {
            return;
        }
        let time = self.milliseconds();
        let source = wire_source(source, version);
        self.event(pointer, "axis_source", |it| it.uint(source));
        for step in steps {
            let axis = step.axis;
            let mut value = step.value;
            if value != 0.0 {
                self.event(pointer, "axis_relative_direction", |it| it.uint(axis).uint(IDENTICAL));
            }
            if step.notches != 0 && version >= 8 {
                self.event(pointer, "axis_value120", |it| it.uint(axis).int(step.notches));
            } else if step.notches != 0 {
                value = value * f64::from(step.whole * NOTCH) / f64::from(step.notches);
                self.event(pointer, "axis_discrete", |it| it.uint(axis).int(step.whole));
            }
            if value != 0.0 {
                let value = Fixed::from_f64(value);
                self.event(pointer, "axis", |it| it.uint(time).uint(axis).fixed(value));
            }
            if step.stop {
                self.event(pointer, "axis_stop", |it| it.uint(time).uint(axis));
            }
        }
        self.event(pointer, "frame", |it| it);
    }
}
