//! `wl_keyboard`: keys, modifiers, and what they mean.
//!
//! Invariant: exactly one surface has the keyboard or none, and every keyboard of its client has been told which keys
//! were down when it came.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use farway_sys::mem::SharedFile;

use crate::client::Target;
use crate::compositor::Compositor;
use crate::config::Config;
use crate::descriptor::Descriptor;
use crate::dispatch::{Refusal, Request};
use crate::effect::ClientId;
use crate::keymap::{KeyState, Keymap};
use crate::surface::SurfaceId;

/// Repeats of a key that is held down, per second. Clients repeat by themselves.
const REPEAT_RATE: i32 = 25;
/// Milliseconds until the first repeat.
const REPEAT_DELAY: i32 = 600;
/// Evdev has no keys beyond `KEY_MAX`.
const KEY_MAX: u32 = 0x2ff;

/// `wl_keyboard.keymap_format`.
mod format {
    pub const NO_KEYMAP: u32 = 0;
    pub const XKB_V1: u32 = 1;
}

#[derive(Debug)]
pub(super) struct Keyboard {
    pub keys: KeyState,
    /// The text of the keymap, made when the first client asks.
    file: Option<SharedFile>,
    pub focus: Option<SurfaceId>,
    /// All wl_keyboards.
    pub list: BTreeSet<Target>,
}

impl Keyboard {
    pub fn new(config: &Config) -> Self {
        let keymap = Keymap::layout(&config.keyboard).unwrap_or_default();
        Self { keys: KeyState::new(keymap), file: None, focus: None, list: BTreeSet::new() }
    }

    /// A descriptor of the text, and its size with the zero byte at the end. Nobody who has it can change the text for
    /// others: where descriptors cannot be made read-only, each gets a file of its own.
    fn keymap(&mut self) -> io::Result<(OwnedFd, u32)> {
        let text = self.keys.keymap().text();
        let size = text.len() as u64 + 1;
        if let Some(shared) = self.file.as_ref().and_then(SharedFile::try_share_read_only) {
            return Ok((shared, size as u32));
        }
        let file = SharedFile::create(size, None)?;
        File::from(file.share()?).write_all_at(text.as_bytes(), 0)?;
        let shared = match file.try_share_read_only() {
            Some(shared) => {
                self.file = Some(file);
                shared
            }
            None => file.share()?,
        };
        Ok((shared, size as u32))
    }
}

pub(super) fn create(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let target = Target { client: request.client, id: request.new_id(0) };
    view.seat.keyboard.list.insert(target);
    let (format, size, descriptor) = match view.seat.keyboard.keymap() {
        Ok((fd, size)) => (format::XKB_V1, size, Some(fd)),
        // The event has a descriptor even if there is nothing to read.
        Err(error) => {
            tracing::warn!("no file for the keymap: {error}");
            (format::NO_KEYMAP, 0, File::open("/dev/null").ok().map(OwnedFd::from))
        }
    };
    if let Some(fd) = descriptor {
        view.event_with(target, "keymap", vec![Descriptor::Fd(fd)], |it| it.uint(format).uint(size));
    }
    view.event(target, "repeat_info", |it| it.int(REPEAT_RATE).int(REPEAT_DELAY));
    if view.focus_client() == Some(request.client) {
        let serial = view.input_serial(request.client);
        view.enter_keyboard(target, serial);
    }
    Ok(())
}

impl Compositor {
    fn keyboards_of(&self, client: ClientId) -> Vec<Target> {
        self.seat.keyboard.list.iter().copied().filter(|it| it.client == client).collect()
    }

    /// Tells a keyboard that its client's surface has the focus.
    fn enter_keyboard(&mut self, keyboard: Target, serial: u32) {
        let focus = self.seat.keyboard.focus.and_then(|it| self.surfaces.get(&it));
        let Some(surface) = focus.map(|it| it.target.id) else { return };
        let keys: Vec<u8> =
            self.seat.keyboard.keys.pressed().iter().flat_map(|it| it.to_le_bytes()).collect();
        self.event(keyboard, "enter", |it| it.uint(serial).object(surface).array(&keys));
        self.send_modifiers(keyboard, serial);
    }

    fn send_modifiers(&mut self, keyboard: Target, serial: u32) {
        let it = self.seat.keyboard.keys.modifiers();
        let all = [serial, it.depressed, it.latched, it.locked, it.group];
        self.event(keyboard, "modifiers", |event| all.into_iter().fold(event, |event, it| event.uint(it)));
    }

    /// The keyboard goes to another surface, or to none.
    pub(super) fn give_keyboard(&mut self, new: Option<SurfaceId>) {
        let old = self.seat.keyboard.focus;
        if old == new {
            return;
        }
        if let Some(surface) = old.and_then(|it| self.living(it)) {
            let serial = self.serial();
            for keyboard in self.keyboards_of(surface.client) {
                self.event(keyboard, "leave", |it| it.uint(serial).object(surface.id));
            }
        }
        self.seat.keyboard.focus = new;
        self.focus_changed(old, new);
        if let Some(client) = new.and_then(|it| self.client_of(it)) {
            let serial = self.input_serial(client);
            for keyboard in self.keyboards_of(client) {
                self.enter_keyboard(keyboard, serial);
            }
        }
    }

    /// The object of a surface, if it still is one that can be spoken of.
    pub(super) fn living(&self, id: SurfaceId) -> Option<Target> {
        let target = self.surfaces.get(&id)?.target;
        (self.surface_id(target) == Some(id)).then_some(target)
    }

    pub(super) fn keyboard_key(&mut self, code: u32, pressed: bool) {
        if code > KEY_MAX {
            return;
        }
        let keys = &mut self.seat.keyboard.keys;
        let change = if pressed { keys.press(code) } else { keys.release(code) };
        let Some(client) = self.focus_client().filter(|_| change.key_changed) else { return };
        let (serial, time) = (self.input_serial(client), self.milliseconds());
        for keyboard in self.keyboards_of(client) {
            self.event(keyboard, "key", |it| it.uint(serial).uint(time).uint(code).uint(pressed.into()));
            if change.modifiers_changed {
                self.send_modifiers(keyboard, serial);
            }
        }
    }
}
