//! A compositor of the simplest kind that is strict with its client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use bytes::BytesMut;
use farway_proto::wayland::{Arg, Args, Builder, Form, Interface, ObjectId, Stream, Way, by_name};
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{Flush, Outbox, Received, Socket};

/// What the client did.
#[derive(Debug, Default)]
pub struct Seen {
    pub title: String,
    pub frames: u32,
    pub pongs: Vec<u32>,
    pub acked: Vec<u32>,
    pub sizes: Vec<(i32, i32)>,
    pub destroyed: u32,
    pub bound: BTreeMap<String, u32>,
}

pub struct Compositor {
    socket: Socket,
    stream: Stream,
    out: Outbox,
    objects: BTreeMap<u32, &'static Interface>,
    busy: BTreeSet<u32>,
    attached: Option<u32>,
    shown: Option<u32>,
    damaged: bool,
    callback: Option<u32>,
    pub seen: Seen,
}

impl Compositor {
    pub fn accept(listener: &UnixListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        Self {
            socket: Socket::from(OwnedFd::from(stream)),
            stream: Stream::new(Form::Program),
            out: Outbox::new(),
            objects: BTreeMap::from([(1, by_name(b"wl_display").unwrap())]),
            busy: BTreeSet::new(),
            attached: None,
            shown: None,
            damaged: false,
            callback: None,
            seen: Seen::default(),
        }
    }

    pub fn send(&mut self, id: u32, name: &str, fill: impl FnOnce(Builder) -> Builder) {
        let (opcode, _) = self.objects[&id].find(Way::Event, name).unwrap();
        let message = fill(Builder::new(ObjectId(id), opcode)).finish(Form::Program, 0).unwrap();
        self.out.push(message.into(), Vec::new());
    }

    /// To the only object of this interface.
    pub fn tell(&mut self, interface: &str, name: &str, fill: impl FnOnce(Builder) -> Builder) {
        let id = self.objects.iter().find(|(_, known)| known.name == interface).map(|(&id, _)| id);
        self.send(id.unwrap(), name, fill);
    }

    /// Serves the client until `enough`, which is asked after each request; false if the client has gone before.
    pub fn serve(&mut self, enough: impl Fn(&Seen) -> bool) -> bool {
        let (mut input, mut fds) = (BytesMut::new(), VecDeque::new());
        loop {
            while let Some((header, message)) = self.stream.next().unwrap() {
                let interface = self.objects[&header.object.0];
                let signature = interface.message(Way::Request, header.opcode).unwrap();
                let args = Args::parse(signature, &message[8..]).unwrap();
                for arg in args.iter() {
                    if let Arg::NewId(new) = arg {
                        let taken = self.objects.insert(new.id.0, new.interface.unwrap());
                        assert!(taken.is_none(), "{} is in use", new.id);
                    }
                }
                self.request(header.object.0, interface.name, signature.name, &args);
                assert_eq!(self.out.flush(&self.socket).unwrap(), Flush::Done);
                if enough(&self.seen) {
                    return true;
                }
            }
            assert_eq!(self.out.flush(&self.socket).unwrap(), Flush::Done);
            input.clear();
            match self.socket.recv(&mut input, 4096, &mut fds).unwrap() {
                Received::Bytes(_) => self.stream.push(&input),
                Received::Closed => return false,
                Received::Empty => {
                    let mut set = PollSet::new();
                    set.add(self.socket.as_fd(), Interest::READ);
                    assert!(set.wait(Some(Duration::from_secs(20))).unwrap() > 0, "the client does nothing");
                }
            }
        }
    }

    fn request(&mut self, id: u32, interface: &str, name: &str, args: &Args<'_>) {
        match (interface, name) {
            ("wl_display", "get_registry") => self.advertise(args.new_id(0).unwrap().id.0),
            ("wl_display", "sync") => self.done(args.new_id(0).unwrap().id.0),
            ("wl_registry", "bind") => {
                let (name, version) = args.new_id(1).unwrap().named.unwrap();
                self.seen.bound.insert(String::from_utf8(name.to_vec()).unwrap(), version);
            }
            ("xdg_toplevel", "set_title") => {
                self.seen.title = String::from_utf8(args.str(0).unwrap().unwrap().to_vec()).unwrap();
            }
            ("xdg_wm_base", "pong") => self.seen.pongs.push(args.uint(0).unwrap()),
            ("xdg_surface", "ack_configure") => self.seen.acked.push(args.uint(0).unwrap()),
            ("wl_shm_pool", "create_buffer") => {
                self.seen.sizes.push((args.int(2).unwrap(), args.int(3).unwrap()));
            }
            ("wl_surface", "attach") => {
                let buffer = args.object(0).unwrap().0;
                assert!(self.busy.insert(buffer), "a buffer that was not released");
                self.attached = Some(buffer);
            }
            ("wl_surface", "damage_buffer") => {
                self.damaged |= args.int(2).unwrap() > 0 && args.int(3).unwrap() > 0;
            }
            ("wl_surface", "frame") => {
                let earlier = self.callback.replace(args.new_id(0).unwrap().id.0);
                assert_eq!(earlier, None, "a second callback");
            }
            ("wl_surface", "commit") => self.commit(),
            ("wl_buffer", "destroy") => {
                assert!(!self.busy.contains(&id), "a buffer in use");
                self.seen.destroyed += 1;
                self.gone(id);
            }
            _ => {}
        }
    }

    fn advertise(&mut self, registry: u32) {
        for (name, interface) in (1..).zip([
            "wl_compositor",
            "wl_shm",
            "xdg_wm_base",
            "wl_seat",
            "zxdg_decoration_manager_v1",
            "wl_output",
        ]) {
            let version = by_name(interface.as_bytes()).unwrap().version;
            self.send(registry, "global", |it| it.uint(name).str(interface.as_bytes()).uint(version));
        }
    }

    fn gone(&mut self, id: u32) {
        self.objects.remove(&id);
        self.send(1, "delete_id", |it| it.uint(id));
    }

    fn done(&mut self, callback: u32) {
        self.send(callback, "done", |it| it.uint(0));
        self.gone(callback);
    }

    fn commit(&mut self) {
        let Some(buffer) = self.attached.take() else { return };
        assert!(std::mem::take(&mut self.damaged), "a frame without damage");
        assert!(!self.seen.acked.is_empty(), "a frame before the first configuration");
        self.seen.frames += 1;
        if let Some(shown) = self.shown.replace(buffer) {
            self.busy.remove(&shown);
            self.send(shown, "release", |it| it);
        }
    }

    /// The last frame is on the screen.
    pub fn shown(&mut self) {
        let callback = self.callback.take().expect("every frame asks for the next");
        self.done(callback);
    }

    pub fn configure(&mut self, width: i32, height: i32, serial: u32) {
        self.tell("xdg_toplevel", "configure", |it| it.int(width).int(height).array(&[]));
        self.tell("xdg_surface", "configure", |it| it.uint(serial));
    }
}
