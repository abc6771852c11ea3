//! From actions to requests.

use farway_proto::wayland::{Fixed, ObjectId};
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use std::rc::Rc;

use super::{Client, DEVICES, Picture, Place, Round, Step};
use crate::sim::desk::script::{self, Action, Attach, Change, Paint};
use crate::sim::kernel::Fd;

impl Client {
    /// Carries out the action that is due, if it can be.
    pub fn act(&mut self) -> Step {
        if self.out.len() > 64 * 1024 {
            return Step::Wait("room");
        }
        if self.greeted < 2 {
            return self.greet();
        }
        let script = Rc::clone(&self.script);
        let Some(action) = script.get(self.at) else { return Step::End };
        let step = self.carry_out(action);
        self.at += usize::from(step == Step::Done);
        step
    }

    /// Gets to know the globals.
    fn greet(&mut self) -> Step {
        if self.greeted == 0 {
            let registry = self.fresh("wl_registry");
            self.say(1, "get_registry", |it| it.new_id(ObjectId(registry)));
            self.greeted = 1;
        }
        let step = self.go_round();
        self.greeted += u32::from(step == Step::Done);
        step
    }

    fn go_round(&mut self) -> Step {
        match self.roundtrip {
            Round::Under(_) => Step::Wait("a roundtrip"),
            Round::Over => {
                self.roundtrip = Round::None;
                Step::Done
            }
            Round::None => {
                let callback = self.fresh("wl_callback");
                self.owed.insert(callback, None);
                self.roundtrip = Round::Under(callback);
                self.say(1, "sync", |it| it.new_id(ObjectId(callback)));
                Step::Wait("a roundtrip")
            }
        }
    }

    fn carry_out(&mut self, action: &Action) -> Step {
        match action {
            Action::Rest => return Step::Rest,
            Action::Roundtrip => return self.go_round(),
            Action::Configured(surface) => {
                let xdg = self.id("xdg_surface", *surface);
                if !self.acknowledge(xdg) {
                    return Step::Wait("a configure");
                }
            }
            Action::Frame(surface) => {
                let waits = |(id, of): (&u32, &Option<usize>)| {
                    *of == Some(*surface) && self.party.kind(*id) == "wl_callback"
                };
                if self.owed.iter().any(waits) {
                    return Step::Wait("a frame callback");
                }
            }
            Action::Commit { surface, change } => {
                if let Some(Attach::Paint(paint)) = &change.attach {
                    if self.busy.contains(&paint.buffer) {
                        return Step::Wait("a release");
                    }
                }
                self.commit(*surface, change);
            }
            Action::Pool { .. }
            | Action::GrowPool { .. }
            | Action::DestroyPool(_)
            | Action::Buffer { .. }
            | Action::Solid { .. }
            | Action::DestroyBuffer(_) => self.memory(action),
            Action::Seat => {
                self.global("wl_seat", 0);
            }
            Action::Devices => {
                for (bit, interface, request) in DEVICES {
                    let seat = self.global("wl_seat", 0);
                    if self.devices & bit != 0 {
                        self.make((interface, 0), seat, request, |it, id| it.new_id(id));
                    }
                }
            }
            Action::EndDevices => DEVICES.iter().for_each(|it| self.end(it.1, 0)),
            other => self.surfaces(other),
        }
        Step::Done
    }

    fn acknowledge(&mut self, xdg: u32) -> bool {
        let Some(serial) = self.serials.remove(&xdg) else { return false };
        self.say(xdg, "ack_configure", |it| it.uint(serial));
        true
    }

    fn memory(&mut self, action: &Action) {
        match action {
            Action::Pool { pool, size } => {
                let (shm, file) = (self.global("wl_shm", 0), self.kernel.file(*size));
                let id = self.fresh("wl_shm_pool");
                self.names.insert(("wl_shm_pool", *pool), id);
                let fd = Some(Fd::File(Rc::clone(&file)));
                self.say_with(shm, "create_pool", fd, |it| it.new_id(ObjectId(id)).int(*size as i32));
                self.pools.insert(*pool, file);
            }
            Action::GrowPool { pool, size } => {
                if let Some(file) = self.pools.get(pool) {
                    file.grow(*size);
                }
                self.say(self.id("wl_shm_pool", *pool), "resize", |it| it.int(*size as i32));
            }
            Action::DestroyPool(pool) => {
                self.end("wl_shm_pool", *pool);
                self.pools.remove(pool);
            }
            Action::Buffer { buffer, pool, offset, stride, style } => {
                let id = self.id("wl_shm_pool", *pool);
                self.make(("wl_buffer", *buffer), id, "create_buffer", |it, id| {
                    let it = it.new_id(id).int(*offset as i32).int(style.width as i32);
                    it.int(style.height as i32).int(*stride as i32).uint(style.format)
                });
                if let Some(file) = self.pools.get(pool).cloned() {
                    let (pool, offset, stride, style) = (*pool, *offset, *stride, *style);
                    self.places.insert(*buffer, Place { pool, file, style, offset, stride });
                }
            }
            Action::Solid { buffer, color: [red, green, blue, alpha] } => {
                let manager = self.global("wp_single_pixel_buffer_manager_v1", 0);
                self.make(("wl_buffer", *buffer), manager, "create_u32_rgba_buffer", |it, id| {
                    it.new_id(id).uint(*red).uint(*green).uint(*blue).uint(*alpha)
                });
            }
            Action::DestroyBuffer(buffer) => {
                self.end("wl_buffer", *buffer);
                self.places.remove(buffer);
            }
            _ => {}
        }
    }

    fn surfaces(&mut self, action: &Action) {
        match action {
            Action::Surface(surface) => {
                let compositor = self.global("wl_compositor", 0);
                self.make(("wl_surface", *surface), compositor, "create_surface", |it, id| it.new_id(id));
            }
            Action::Window { surface, title, parent } => {
                let xdg = self.xdg_surface(*surface);
                let window =
                    self.make(("xdg_toplevel", *surface), xdg, "get_toplevel", |it, id| it.new_id(id));
                self.say(window, "set_title", |it| it.str(title.as_bytes()));
                if let Some(parent) = parent {
                    let parent = ObjectId(self.id("xdg_toplevel", *parent));
                    self.say(window, "set_parent", |it| it.object(parent));
                }
            }
            Action::Popup { surface, parent, place } => self.popup(*surface, *parent, place),
            Action::Subsurface { surface, parent } => {
                let manager = self.global("wl_subcompositor", 0);
                let ids = [self.id("wl_surface", *surface), self.id("wl_surface", *parent)].map(ObjectId);
                self.make(("wl_subsurface", *surface), manager, "get_subsurface", |it, id| {
                    it.new_id(id).object(ids[0]).object(ids[1])
                });
            }
            Action::Position { surface, x, y } => {
                self.say(self.id("wl_subsurface", *surface), "set_position", |it| it.int(*x).int(*y));
            }
            Action::Stack { surface, sibling, above } => {
                let (part, other) = (self.id("wl_subsurface", *surface), self.id("wl_surface", *sibling));
                let request = if *above { "place_above" } else { "place_below" };
                self.say(part, request, |it| it.object(ObjectId(other)));
            }
            Action::Sync { surface, on } => {
                let request = if *on { "set_sync" } else { "set_desync" };
                self.say(self.id("wl_subsurface", *surface), request, |it| it);
            }
            Action::Title { surface, title } => {
                let window = self.id("xdg_toplevel", *surface);
                self.say(window, "set_title", |it| it.str(title.as_bytes()));
            }
            Action::State { surface, request, output } => {
                let output = output.map_or(0, |at| self.global("wl_output", at));
                let window = self.id("xdg_toplevel", *surface);
                let with_output = *request == "set_fullscreen";
                self.say(window, request, |it| if with_output { it.object(ObjectId(output)) } else { it });
            }
            Action::EndRole(surface) => {
                for role in ["xdg_toplevel", "xdg_popup", "wl_subsurface", "xdg_surface"] {
                    self.end(role, *surface);
                }
            }
            Action::EndViewport(surface) => self.end("wp_viewport", *surface),
            Action::EndSurface(surface) => {
                self.end("wl_surface", *surface);
                self.pictures.remove(surface);
            }
            _ => {}
        }
    }

    fn xdg_surface(&mut self, surface: usize) -> u32 {
        let (base, on) = (self.global("xdg_wm_base", 0), ObjectId(self.id("wl_surface", surface)));
        self.make(("xdg_surface", surface), base, "get_xdg_surface", |it, id| it.new_id(id).object(on))
    }

    fn popup(&mut self, surface: usize, parent: usize, place: &script::Place) {
        let xdg = self.xdg_surface(surface);
        let base = self.global("xdg_wm_base", 0);
        let id = self.make(("xdg_positioner", 0), base, "create_positioner", |it, id| it.new_id(id));
        let (x, y, width, height) = place.anchor_rect;
        self.say(id, "set_size", |it| it.int(place.size.0).int(place.size.1));
        self.say(id, "set_anchor_rect", |it| it.int(x).int(y).int(width).int(height));
        self.say(id, "set_anchor", |it| it.uint(place.anchor));
        self.say(id, "set_gravity", |it| it.uint(place.gravity));
        self.say(id, "set_constraint_adjustment", |it| it.uint(place.adjustment));
        self.say(id, "set_offset", |it| it.int(place.offset.0).int(place.offset.1));
        let parent = ObjectId(self.id("xdg_surface", parent));
        self.make(("xdg_popup", surface), xdg, "get_popup", |it, new| {
            it.new_id(new).object(parent).object(ObjectId(id))
        });
        self.end("xdg_positioner", 0);
    }

    fn commit(&mut self, number: usize, change: &Change) {
        let (surface, xdg) = (self.id("wl_surface", number), self.id("xdg_surface", number));
        if change.begins {
            self.serials.remove(&xdg);
        }
        self.acknowledge(xdg);
        if let Some(scale) = change.scale {
            self.say(surface, "set_buffer_scale", |it| it.int(scale as i32));
        }
        if let Some(transform) = change.transform {
            self.say(surface, "set_buffer_transform", |it| it.int(transform as i32));
        }
        self.view(number, change);
        for (regions, request) in [(&change.opaque, "set_opaque_region"), (&change.input, "set_input_region")]
        {
            if let Some(rects) = regions {
                self.with_region(rects, |client, region| {
                    client.say(surface, request, |it| it.object(region))
                });
            }
        }
        if let Some((x, y, width, height)) = change.geometry {
            self.say(xdg, "set_window_geometry", |it| it.int(x).int(y).int(width).int(height));
        }
        if let Some([min, max]) = change.limits {
            let window = self.id("xdg_toplevel", number);
            self.say(window, "set_min_size", |it| it.int(min.0).int(min.1));
            self.say(window, "set_max_size", |it| it.int(max.0).int(max.1));
        }
        if let Some(attach) = &change.attach {
            self.attach(number, attach);
        }
        if change.frame {
            let callback = self.fresh("wl_callback");
            self.owed.insert(callback, Some(number));
            self.say(surface, "frame", |it| it.new_id(ObjectId(callback)));
        }
        if change.feedback {
            let presentation = self.global("wp_presentation", 0);
            let feedback = self.fresh("wp_presentation_feedback");
            self.owed.insert(feedback, Some(number));
            let ids = (ObjectId(surface), ObjectId(feedback));
            self.say(presentation, "feedback", |it| it.object(ids.0).new_id(ids.1));
        }
        self.say(surface, "commit", |it| it);
    }

    /// What goes through the viewport.
    fn view(&mut self, number: usize, change: &Change) {
        if change.source.is_none() && change.destination.is_none() {
            return;
        }
        let surface = ObjectId(self.id("wl_surface", number));
        let viewporter = self.global("wp_viewporter", 0);
        let viewport = match self.names.get(&("wp_viewport", number)) {
            Some(id) => *id,
            None => self.make(("wp_viewport", number), viewporter, "get_viewport", |it, id| {
                it.new_id(id).object(surface)
            }),
        };
        if let Some(source) = change.source {
            let [x, y, w, h] = source.unwrap_or([-1.0; 4]).map(Fixed::from_f64);
            self.say(viewport, "set_source", |it| it.fixed(x).fixed(y).fixed(w).fixed(h));
        }
        if let Some(size) = change.destination {
            let (width, height) = size.map_or((-1, -1), |(width, height)| (width as i32, height as i32));
            self.say(viewport, "set_destination", |it| it.int(width).int(height));
        }
    }

    fn attach(&mut self, number: usize, attach: &Attach) {
        let surface = self.id("wl_surface", number);
        let buffer = match attach {
            Attach::Nothing => None,
            Attach::Solid(buffer) => Some(*buffer),
            Attach::Paint(paint) => {
                self.paint(number, paint);
                Some(paint.buffer)
            }
        };
        let id = buffer.map_or(0, |buffer| self.id("wl_buffer", buffer));
        self.busy.extend(buffer);
        self.say(surface, "attach", |it| it.object(ObjectId(id)).int(0).int(0));
        let Attach::Paint(paint) = attach else {
            return self.say(surface, "damage_buffer", |it| it.int(0).int(0).int(i32::MAX).int(i32::MAX));
        };
        if paint.whole {
            let (width, height) = (paint.style.width as i32, paint.style.height as i32);
            return self.say(surface, "damage_buffer", |it| it.int(0).int(0).int(width).int(height));
        }
        for rect in &paint.rects {
            let on_surface = paint.style.on_surface(*rect).filter(|_| paint.on_surface);
            let request = if on_surface.is_some() { "damage" } else { "damage_buffer" };
            let (x, y, w, h) = on_surface.unwrap_or(*rect);
            self.say(surface, request, |it| it.int(x as i32).int(y as i32).int(w as i32).int(h as i32));
        }
    }

    /// Brings a buffer up to what the surface shows, and changes something.
    fn paint(&mut self, number: usize, paint: &Paint) {
        let mut rng = SmallRng::seed_from_u64(paint.seed);
        let style = paint.style;
        let (stride, pixel) = (style.stride(), style.pixel());
        let size = stride * style.height;
        let picture = self.pictures.entry(number).or_insert(Picture { style, bytes: Vec::new() });
        if paint.whole || picture.bytes.len() != size {
            *picture = Picture { style, bytes: vec![rng.next_u32() as u8; size] };
            let noisy = size.min(4000);
            rng.fill_bytes(&mut picture.bytes[..noisy]);
        }
        picture.style = style;
        for (x, y, width, height) in &paint.rects {
            for row in *y..y + height {
                let start = row * stride + x * pixel;
                rng.fill_bytes(&mut picture.bytes[start..start + width * pixel]);
            }
        }
        let Some(place) = self.places.get(&paint.buffer) else { return };
        for (row, bytes) in picture.bytes.chunks_exact(stride).enumerate() {
            place.file.write(place.offset + row * place.stride, bytes);
        }
    }
}
