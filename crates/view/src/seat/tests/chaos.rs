//! Inputs and requests in any order: what clients are told always makes sense.

use super::*;
use crate::compositor::tests::Event;
use crate::input::{Axis, AxisSource, Phase};

/// A sequence that looks random and is always the same.
struct Dice(u32);

impl Dice {
    fn roll(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % most
    }

    fn input(&mut self) -> Input {
        let (x, y) = (f64::from(self.roll(260)) + 540.0, f64::from(self.roll(200)) + 290.0);
        let pressed = self.roll(2) == 0;
        match self.roll(16) {
            0..=5 => moved(x, y),
            6..=8 => Input::Button { code: LEFT + self.roll(3), pressed },
            9..=10 => key(self.roll(900), pressed),
            11 => {
                let phases = [Phase::Down, Phase::Motion, Phase::Up, Phase::Cancel];
                let phase = phases[self.roll(4) as usize];
                let canvas = CanvasId::Output(self.roll(2) as usize);
                Input::Touch { id: self.roll(50) as i32, phase, canvas, x, y }
            }
            12 => Input::Relative { dx: x * 1e30, dy: -y },
            13 => Input::Axis(Axis {
                source: AxisSource::Wheel,
                horizontal: f64::NAN,
                vertical: x,
                notches: (i32::MIN, i32::MAX),
                stop: (pressed, !pressed),
            }),
            14 => Input::Leave,
            _ => Input::Focus(None),
        }
    }
}

/// What a client believes of its devices, from what it was told.
#[derive(Default)]
struct Belief {
    pointer: Option<String>,
    buttons: Vec<String>,
    keyboard: Option<String>,
    keys: Vec<String>,
    fingers: Vec<String>,
    frame: bool,
}

impl Belief {
    fn learn(&mut self, devices: &Devices, event: &Event) {
        let arg = |at: usize| event.args[at].clone();
        let toggle = |list: &mut Vec<String>, it: String, on: bool| {
            assert_eq!(list.contains(&it), !on, "{event:?}");
            if on { list.push(it) } else { list.retain(|other| *other != it) }
        };
        match (event.id, event.name) {
            (id, "enter") if id == devices.pointer => {
                assert_eq!(self.pointer.replace(arg(1)), None, "{event:?}");
                self.buttons.clear();
            }
            (id, "leave") if id == devices.pointer => assert_eq!(self.pointer.take(), Some(arg(1))),
            (id, "button") if id == devices.pointer => {
                assert!(self.pointer.is_some());
                toggle(&mut self.buttons, arg(2), event.args[3] == "1");
            }
            (id, "motion") if id == devices.pointer => assert!(self.pointer.is_some()),
            (id, "frame") if id == devices.pointer => self.frame = true,
            (id, "enter") if id == devices.keyboard => {
                assert_eq!(self.keyboard.replace(arg(1)), None, "{event:?}");
                let bytes: Vec<char> = event.args[2].chars().collect();
                let code = |it: &[char]| it.iter().collect::<String>();
                let number = |it: &[char]| u32::from_str_radix(&code(it), 16).map(u32::swap_bytes);
                self.keys = bytes.chunks(8).map(|it| number(it).expect("hex").to_string()).collect();
            }
            (id, "leave") if id == devices.keyboard => assert_eq!(self.keyboard.take(), Some(arg(1))),
            (id, "key") if id == devices.keyboard => {
                assert!(self.keyboard.is_some());
                toggle(&mut self.keys, arg(2), event.args[3] == "1");
            }
            (id, "down") if id == devices.touch => toggle(&mut self.fingers, arg(3), true),
            (id, "up") if id == devices.touch => toggle(&mut self.fingers, arg(2), false),
            (id, "motion") if id == devices.touch => assert!(self.fingers.contains(&arg(1))),
            (id, "cancel") if id == devices.touch => self.fingers.clear(),
            _ => {}
        }
        self.frame |= event.id != devices.pointer;
        if event.id == devices.pointer {
            self.frame = event.name == "frame";
        }
    }

    /// What has happened to a surface of its own is known without being told.
    fn forget(&mut self, surface: u32) {
        let surface = Some(surface.to_string());
        if self.pointer == surface {
            self.pointer = None;
        }
        if self.keyboard == surface {
            self.keyboard = None;
        }
    }
}

/// One of the client's windows, with a menu perhaps.
type Window = (u32, u32, u32);

/// The client does something.
fn request(world: &mut World, dice: &mut Dice, devices: &Devices, windows: &mut Vec<Window>) -> Option<u32> {
    let Some(&(surface, xdg, object)) = windows.last() else {
        let size = Size::new(40 + dice.roll(80) as i32, 30 + dice.roll(60) as i32);
        windows.push(world.window(size, RED));
        return None;
    };
    match dice.roll(8) {
        0 if windows.len() < 4 => {
            windows.push(world.window(Size::new(60, 50), GREEN));
        }
        1 if windows.len() < 6 => {
            let grab = dice.roll(2) == 0;
            windows.push(grabs::popup(world, xdg, grab));
        }
        2 => {
            windows.pop();
            world.send(object, "destroy", |it| it);
            world.send(xdg, "destroy", |it| it);
            world.send(surface, "destroy", |it| it);
            return Some(surface);
        }
        3 => {
            let first = windows[0].2;
            let serial = world.view.seat.pointer.held.map_or(0, |it| it.serial);
            let seat = world.bind("wl_seat");
            world.send(first, "move", |it| it.object(ObjectId(seat)).uint(serial));
        }
        4 => {
            let constrained =
                world.view.surface_id(crate::client::Target { client: world.client, id: ObjectId(surface) });
            let lock = dice.roll(2) == 0;
            if !world.view.seat.constraints.has_one(constrained) {
                constraints::constrain(world, devices.pointer, surface, lock, 0, 1);
            }
        }
        5 => {
            let serial = world.view.seat.pointer.entered;
            world.send(devices.pointer, "set_cursor", |it| it.uint(serial).object(ObjectId(0)).int(0).int(0));
        }
        _ => world.send(surface, "commit", |it| it),
    }
    None
}

#[test]
fn whatever_happens_clients_are_told_a_consistent_story() {
    for seed in 0..6 {
        let mut dice = Dice(seed * 77 + 1);
        let mut world = World::new(Config::default());
        let devices = devices(&mut world, 9);
        let (mut belief, mut windows) = (Belief::default(), Vec::new());
        for _ in 0..400 {
            let gone = if dice.roll(5) == 0 {
                request(&mut world, &mut dice, &devices, &mut windows)
            } else {
                let input = dice.input();
                world.input(input);
                None
            };
            assert_eq!(world.error(), None);
            for event in &world.events {
                belief.learn(&devices, event);
            }
            // Only serials of configures are needed again.
            world
                .events
                .retain(|it| it.name == "configure" && windows.iter().any(|window| window.1 == it.id));
            gone.into_iter().for_each(|it| belief.forget(it));
            assert!(belief.frame, "the last event of a pointer is not a frame");
            belief.frame = true;
        }
        world.view.disconnect(world.client);
        let seat = &world.view.seat;
        let focus = (seat.keyboard.focus, seat.pointer.focus, seat.pointer.held.map(|it| it.surface));
        assert_eq!(focus, (None, None, None));
        assert!(seat.pointer.list.is_empty() && seat.keyboard.list.is_empty() && seat.touch.list.is_empty());
    }
}
