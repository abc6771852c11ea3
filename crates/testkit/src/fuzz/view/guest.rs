//! A client that sends what the script says, and believes what it is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use farway_proto::wayland::{
    ArgKind, Args, Builder, Fixed, Form, Header, Interface, ObjectId, Signature, Stream, Way, by_name,
};
use farway_sys::mem::RegionError;
use farway_view::effect::ClientId;
use farway_view::{Compositor, Descriptor, Memory};

use super::super::Input;
use super::host::number;

/// Ids from here on are the compositor's.
const OF_SERVER: u32 = 0xff00_0000;
/// Parts of [`Guest::settle_in`].
pub const PARTS: usize = 3;

/// Memory of a fixed size, as a sealed file.
#[derive(Debug)]
struct Scrap(u64, #[expect(dead_code, reason = "counts")] Arc<()>);

impl Memory for Scrap {
    fn len(&self) -> u64 {
        self.0
    }

    fn grow(&self, size: u64) -> Result<(), RegionError> {
        if size > self.0 { Err(RegionError::TooSmall { have: self.0, want: size }) } else { Ok(()) }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), RegionError> {
        if offset.saturating_add(out.len() as u64) > self.0 {
            return Err(RegionError::Shrunk { at: self.0 });
        }
        out.fill(0xff);
        Ok(())
    }
}

fn descriptor(input: &mut Input<'_>, count: &Arc<()>) -> Descriptor {
    let size = [4096, 4096, 65_536, 0, 1, 63, 1 << 20][usize::from(input.byte() & 15) % 7];
    if input.byte() & 7 == 7 {
        return Descriptor::Token(u64::from(input.byte()));
    }
    Descriptor::Memory(Arc::new(Scrap(size, Arc::clone(count))))
}

/// Which kind of object a request wants, by the request's name and the argument's position.
fn wanted(request: &str, at: usize) -> &'static str {
    match (request, at) {
        ("attach", _) => "wl_buffer",
        ("set_parent" | "get_toplevel_decoration", _) => "xdg_toplevel",
        ("get_popup", 1) => "xdg_surface",
        ("get_popup" | "reposition", _) => "xdg_positioner",
        ("set_opaque_region" | "set_input_region" | "set_region", _) => "wl_region",
        ("lock_pointer" | "confine_pointer", 3) => "wl_region",
        ("lock_pointer" | "confine_pointer", 2) | ("get_pointer" | "get_relative_pointer", _) => "wl_pointer",
        ("set_fullscreen" | "get_xdg_output", _) => "wl_output",
        ("get_data_device" | "get_device" | "get_text_input" | "set_serial" | "move" | "resize", _) => {
            "wl_seat"
        }
        ("grab" | "show_window_menu", _) => "wl_seat",
        ("set_selection", _) | ("start_drag", 0) => "_source",
        _ => "wl_surface",
    }
}

/// A client.
pub struct Guest {
    pub id: ClientId,
    /// It was told what it did wrong.
    pub refused: bool,
    /// What it may speak to; not known any more once it has sent bytes of no sense.
    objects: BTreeMap<u32, (&'static Interface, u32)>,
    wild: bool,
    stream: Stream,
    next: u32,
    /// Of events, the last ones.
    serials: Vec<u32>,
    configured: u32,
    globals: Vec<(u32, Vec<u8>, u32)>,
}

impl Guest {
    pub fn new(id: ClientId) -> Self {
        let display = by_name(b"wl_display").map(|it| (1, (it, 1)));
        Self {
            id,
            refused: false,
            objects: display.into_iter().collect(),
            wild: false,
            stream: Stream::new(Form::Program),
            next: 2,
            serials: Vec::new(),
            configured: 0,
            globals: Vec::new(),
        }
    }

    fn fresh(&mut self, interface: &'static Interface, version: u32) -> ObjectId {
        self.next += 1;
        self.objects.insert(self.next - 1, (interface, version));
        ObjectId(self.next - 1)
    }

    fn first(&self, interface: &str) -> Option<ObjectId> {
        self.objects.iter().find(|(_, it)| it.0.name == interface).map(|(id, _)| ObjectId(*id))
    }

    /// Sends a request to the first object of an interface, with arguments in order; for a new object, its id.
    fn say(
        &mut self,
        view: &mut Compositor,
        now: u64,
        to: (&str, &str),
        words: &[i32],
        fds: Vec<Descriptor>,
    ) {
        let Some(id) = self.first(to.0) else { return };
        let Some((interface, version)) = self.objects.get(&id.0).copied() else { return };
        let Some((opcode, signature)) = interface.find(Way::Request, to.1) else { return };
        let (mut builder, mut words) = (Builder::new(id, opcode), words.iter().copied());
        for (at, kind) in signature.args.iter().enumerate() {
            builder = match kind {
                ArgKind::NewId(Some(new)) => builder.new_id(self.fresh(new, version)),
                ArgKind::Object { .. } => {
                    builder.object(self.first(wanted(signature.name, at)).unwrap_or(ObjectId::NULL))
                }
                ArgKind::Fd => builder,
                _ => builder.int(words.next().unwrap_or(0)),
            };
        }
        if let Ok(bytes) = builder.finish(Form::Program, 0) {
            view.on_bytes(now, self.id, &bytes, fds);
        }
    }

    /// Asks for the globals.
    pub fn ask(&mut self, view: &mut Compositor, now: u64) {
        self.say(view, now, ("wl_display", "get_registry"), &[], Vec::new());
    }

    /// Part by part: binds all globals, makes a window as it should be, shows it.
    pub fn settle_in(&mut self, view: &mut Compositor, now: u64, part: usize, count: &Arc<()>) {
        let mut say = |to, words: &[i32], fds| self.say(view, now, to, words, fds);
        let memory = || vec![Descriptor::Memory(Arc::new(Scrap(4096, Arc::clone(count))))];
        match part {
            0 => {
                for at in 0..self.globals.len() {
                    self.bind(view, now, at, 0);
                }
            }
            1 => {
                say(("wl_compositor", "create_surface"), &[], Vec::new());
                say(("xdg_wm_base", "get_xdg_surface"), &[], Vec::new());
                say(("xdg_surface", "get_toplevel"), &[], Vec::new());
                for device in ["get_pointer", "get_keyboard", "get_touch"] {
                    say(("wl_seat", device), &[], Vec::new());
                }
                say(("wl_surface", "commit"), &[], Vec::new());
            }
            _ => {
                let serial = self.configured as i32;
                let mut say = |to, words: &[i32], fds| self.say(view, now, to, words, fds);
                say(("xdg_surface", "ack_configure"), &[serial], Vec::new());
                say(("wl_shm", "create_pool"), &[4096], memory());
                say(("wl_shm_pool", "create_buffer"), &[0, 32, 32, 128, 0], Vec::new());
                say(("wl_surface", "attach"), &[0, 0], Vec::new());
                say(("wl_surface", "commit"), &[], Vec::new());
            }
        }
    }

    /// Binds a global with the version on offer, or one that is lower.
    fn bind(&mut self, view: &mut Compositor, now: u64, at: usize, lower: u32) {
        let at = at % self.globals.len().max(1);
        let (Some(registry), Some(global)) = (self.first("wl_registry"), self.globals.get(at)) else {
            return;
        };
        let (name, interface, version) = global.clone();
        let Some(known) = by_name(&interface) else { return };
        let version = version - lower % version.max(1);
        let id = self.fresh(known, version);
        let builder = Builder::new(registry, 0).uint(name).str(&interface).uint(version).new_id(id);
        if let Ok(bytes) = builder.finish(Form::Program, 0) {
            view.on_bytes(now, self.id, &bytes, []);
        }
    }

    /// Bytes of no sense, and descriptors.
    pub fn babble(&mut self, view: &mut Compositor, now: u64, input: &mut Input<'_>, count: &Arc<()>) {
        self.wild = true;
        let manner = input.byte();
        let fds: Vec<Descriptor> = (0..manner & 3).map(|_| descriptor(input, count)).collect();
        let mut bytes = input.take(usize::from(manner)).to_vec();
        if manner & 4 == 0 && bytes.len() >= 8 {
            // Something that begins well.
            let object = self.objects.keys().nth(usize::from(bytes[0]) % self.objects.len().max(1));
            let len = (bytes.len() / 4 * 4) as u16;
            bytes[..4].copy_from_slice(&object.copied().unwrap_or(1).to_le_bytes());
            bytes[5] &= 7;
            bytes[6..8].copy_from_slice(&len.to_le_bytes());
            bytes.truncate(usize::from(len));
        }
        view.on_bytes(now, self.id, &bytes, fds);
    }

    /// A request that is well-formed, to an object that exists.
    pub fn request(&mut self, view: &mut Compositor, now: u64, input: &mut Input<'_>, count: &Arc<()>) {
        let at = usize::from(input.byte()) % self.objects.len().max(1);
        let Some((id, (interface, version))) = self.objects.iter().nth(at).map(|(id, it)| (*id, *it)) else {
            return;
        };
        let opcode = usize::from(input.byte());
        if interface.name == "wl_registry" {
            return self.bind(view, now, opcode, u32::from(input.byte()));
        }
        // Destructors end every script soon, so they have to be meant.
        let meant = opcode & 0xe0 == 0xe0;
        let Some(signature) = interface.requests.get(opcode % interface.requests.len().max(1)) else {
            return;
        };
        if (signature.since > version || signature.destructor) && !meant {
            return;
        }
        let opcode = (opcode % interface.requests.len()) as u16;
        let mut builder = Builder::new(ObjectId(id), opcode);
        for at in 0..signature.args.len() {
            builder = self.argument(builder, (signature, at), version, input);
        }
        let Ok(bytes) = builder.finish(Form::Program, 0) else { return };
        let fds: Vec<Descriptor> = (0..signature.fds).map(|_| descriptor(input, count)).collect();
        if signature.destructor && id >= OF_SERVER {
            self.objects.remove(&id);
        }
        view.on_bytes(now, self.id, &bytes, fds);
    }

    fn argument(
        &mut self,
        builder: Builder,
        (signature, at): (&'static Signature, usize),
        version: u32,
        input: &mut Input<'_>,
    ) -> Builder {
        match signature.args[at] {
            ArgKind::Uint if signature.name == "ack_configure" => builder.uint(self.configured),
            ArgKind::Uint => match input.byte() {
                it @ 0x80.. => {
                    let serial = self.serials.iter().rev().nth(usize::from(it) % 8);
                    builder.uint(serial.copied().unwrap_or(0))
                }
                it => builder.uint(if it == 0x7f { input.word() } else { u32::from(it) % 12 }),
            },
            ArgKind::Int => builder.int(number(input)),
            ArgKind::Fixed => builder.fixed(Fixed(number(input).wrapping_mul(64))),
            ArgKind::Str { nullable } => match input.byte() {
                it @ ..64 if nullable && it < 16 => builder.null_str(),
                it @ ..64 => builder.str(input.take(usize::from(it))),
                it @ 64..80 => builder.str(&vec![b'x'; usize::from(it) * 200]),
                _ => builder.str(b"text/plain"),
            },
            ArgKind::Object { nullable } => {
                let which = input.byte();
                let (want, any) = (wanted(signature.name, at), which == 0xff);
                let fits =
                    |name: &str| any || name.ends_with(want) || (want == "_source" && name.contains(want));
                let all: Vec<u32> =
                    self.objects.iter().filter(|(_, it)| fits(it.0.name)).map(|(id, _)| *id).collect();
                let one = all.get(usize::from(which) % all.len().max(1)).copied();
                let null = nullable && which & 0xf0 == 0xe0;
                builder.object(one.filter(|_| !null).map_or(ObjectId::NULL, ObjectId))
            }
            ArgKind::NewId(Some(interface)) => builder.new_id(self.fresh(interface, version)),
            // Only in `bind`, which has its own way.
            ArgKind::NewId(None) => builder,
            ArgKind::Array => builder.array(input.take(4)),
            ArgKind::Fd => builder,
        }
    }

    /// Events must be whole, of objects that exist, and known to their version.
    pub fn hear(&mut self, bytes: &[u8]) {
        self.stream.push(bytes);
        while let Some((header, bytes)) = self.stream.next().unwrap_or_else(|error| panic!("{error}")) {
            let id = header.object.0;
            let Some((interface, version)) = self.objects.get(&id).copied() else {
                assert!(self.wild, "an event for object {id}, which is none");
                continue;
            };
            let signature = interface.message(Way::Event, header.opcode);
            let signature = signature.filter(|it| it.since <= version || self.wild);
            let Some(signature) = signature else {
                panic!("{} {version} has no event {}", interface.name, header.opcode)
            };
            match Args::parse(signature, &bytes[Header::SIZE..]) {
                Ok(args) => self.learn(id, (interface, version), signature, &args),
                Err(error) => assert!(self.wild, "{}.{}: {error}", interface.name, signature.name),
            }
        }
        assert!(self.stream.is_empty(), "a message is cut");
    }

    fn learn(
        &mut self,
        id: u32,
        (interface, version): (&'static Interface, u32),
        signature: &'static Signature,
        args: &Args<'_>,
    ) {
        for at in 0..signature.args.len() {
            if let Some((new, interface)) = args.new_id(at).ok().and_then(|it| Some((it.id, it.interface?))) {
                assert!(new.0 >= OF_SERVER || self.wild, "{new:?} is not the compositor's to give");
                self.objects.insert(new.0, (interface, version));
            }
        }
        match (interface.name, signature.name) {
            ("wl_display", "error") => self.refused = true,
            ("wl_display", "delete_id") => drop(args.uint(0).map(|it| self.objects.remove(&it))),
            ("wl_registry", "global") => {
                let (name, interface, version) = (args.uint(0), args.str(1), args.uint(2));
                if let (Ok(name), Ok(Some(interface)), Ok(version)) = (name, interface, version) {
                    self.globals.push((name, interface.to_vec(), version));
                }
            }
            ("xdg_surface", "configure") => self.configured = args.uint(0).unwrap_or(0),
            (_, "enter" | "button" | "key" | "down") => self.serials.extend(args.uint(0)),
            _ => {}
        }
        if signature.destructor && id >= OF_SERVER {
            self.objects.remove(&id);
        }
    }
}
