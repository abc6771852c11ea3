//! The application: two buffers in one pool, a frame for each frame callback.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use farway_proto::wayland::{Builder, Form, ObjectId};
use farway_sys::mem::{Region, SharedFile};
use farway_sys::net::{Socket, connect_unix};
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};

use super::Wire;

/// Pixels in a row.
pub const WIDTH: usize = 1280;
/// Rows.
pub const HEIGHT: usize = 720;
const STRIDE: usize = WIDTH * 4;
const FRAME: usize = STRIDE * HEIGHT;
const PATIENCE: Duration = Duration::from_secs(60);

/// What changes from one frame to the next.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Workload {
    /// One character cell.
    Typing,
    /// A page of text moves up by 20 rows.
    Scroll,
    /// Everything, and it does not compress.
    Noise,
    /// Everything, smooth with a little noise, as photographs are.
    Photo,
}

impl Workload {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typing => "typing",
            Self::Scroll => "scroll",
            Self::Noise => "noise",
            Self::Photo => "photo",
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct App {
    wire: Wire,
    region: Region,
    workload: Workload,
    /// Pages to show, made before the clock runs.
    page: Vec<u8>,
    frame: usize,
    next_id: u32,
}

const REGISTRY: u32 = 2;
const SYNC: u32 = 3;
const COMPOSITOR: u32 = 4;
const SHM: u32 = 5;
const POOL: u32 = 6;
const BUFFERS: [u32; 2] = [7, 8];
const SURFACE: u32 = 9;
// libwayland takes new ids only without gaps.
const BASE: u32 = 10;
const XDG: u32 = 11;
const TOPLEVEL: u32 = 12;
const CALLBACKS: [u32; 2] = [13, 14];

fn message(object: u32, opcode: u16) -> Builder {
    Builder::new(ObjectId(object), opcode)
}

fn finish(builder: Builder) -> Vec<u8> {
    builder.finish(Form::Program, 0).expect("short messages")
}

impl App {
    /// Connects and makes its surface and buffers.
    ///
    /// # Errors
    /// The socket cannot be reached, or the other side did something unexpected.
    pub fn connect(display: &Path, workload: Workload) -> io::Result<Self> {
        Self::connect_with(display, workload, page(workload))
    }

    /// Like [`Self::connect`], with a page that was made before the clock ran.
    ///
    /// # Errors
    /// The socket cannot be reached, or the other side did something unexpected.
    pub fn connect_with(display: &Path, workload: Workload, page: Vec<u8>) -> io::Result<Self> {
        let mut wire = Wire::new(Socket::from(connect_unix(display)?));
        let mut hello = finish(message(1, 1).new_id(ObjectId(REGISTRY)));
        hello.extend(finish(message(1, 0).new_id(ObjectId(SYNC))));
        wire.send(hello, Vec::new())?;
        let mut names = (0, 0, None);
        loop {
            let Some((header, body)) = wire.next(PATIENCE)? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            let word = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().expect("4 bytes"));
            match (header.object.0, header.opcode) {
                (REGISTRY, 0) if body[16..].starts_with(b"wl_compositor\0") => names.0 = word(8),
                (REGISTRY, 0) if body[16..].starts_with(b"wl_shm\0") => names.1 = word(8),
                (REGISTRY, 0) if body[16..].starts_with(b"xdg_wm_base\0") => names.2 = Some(word(8)),
                (SYNC, 0) => break,
                (1, 0) => return Err(io::Error::other(String::from_utf8_lossy(&body[20..]).into_owned())),
                _ => {}
            }
        }
        let file = SharedFile::create(2 * FRAME as u64, None)?;
        let region = Region::of_shared(&file)?;
        let mut setup = Vec::new();
        let bind = |name: u32, interface: &[u8], version: u32, id: u32| {
            finish(message(REGISTRY, 0).uint(name).str(interface).uint(version).new_id(ObjectId(id)))
        };
        setup.extend(bind(names.0, b"wl_compositor", 4, COMPOSITOR));
        setup.extend(bind(names.1, b"wl_shm", 1, SHM));
        setup.extend(finish(message(SHM, 0).new_id(ObjectId(POOL)).int(2 * FRAME as i32)));
        for (n, id) in BUFFERS.into_iter().enumerate() {
            let create = message(POOL, 0).new_id(ObjectId(id)).int((n * FRAME) as i32);
            setup.extend(finish(create.int(WIDTH as i32).int(HEIGHT as i32).int(STRIDE as i32).uint(1)));
        }
        setup.extend(finish(message(COMPOSITOR, 0).new_id(ObjectId(SURFACE))));
        wire.send(setup, vec![Arc::new(file.share()?)])?;
        let mut app = Self { wire, region, workload, page, frame: 0, next_id: CALLBACKS[0] };
        if let Some(name) = names.2 {
            app.become_window(bind(name, b"xdg_wm_base", 1, BASE))?;
        }
        Ok(app)
    }

    /// Real compositors show windows only.
    fn become_window(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        bytes.extend(finish(message(BASE, 2).new_id(ObjectId(XDG)).object(ObjectId(SURFACE))));
        bytes.extend(finish(message(XDG, 1).new_id(ObjectId(TOPLEVEL))));
        bytes.extend(finish(message(SURFACE, 6)));
        self.wire.send(bytes, Vec::new())?;
        while !self.turn()? {}
        Ok(())
    }

    /// Takes one message; true if it acknowledged a configure.
    fn turn(&mut self) -> io::Result<bool> {
        let Some((header, body)) = self.wire.next(PATIENCE)? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let word = || u32::from_le_bytes(body[8..12].try_into().expect("4 bytes"));
        match (header.object.0, header.opcode) {
            (BASE, 0) => self.wire.send(finish(message(BASE, 3).uint(word())), Vec::new())?,
            (XDG, 0) => {
                self.wire.send(finish(message(XDG, 4).uint(word())), Vec::new())?;
                return Ok(true);
            }
            (1, 0) => return Err(io::Error::other(String::from_utf8_lossy(&body[20..]).into_owned())),
            // delete_id: the other id is free now.
            (1, 1) if word() == self.next_id => self.next_id = CALLBACKS[self.frame % 2],
            _ => {}
        }
        Ok(false)
    }

    /// Draws and shows one frame; returns when it was committed.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn show(&mut self) -> io::Result<Instant> {
        let n = self.frame % 2;
        self.frame += 1;
        let (x, y, w, h) = self.draw(n).map_err(io::Error::other)?;
        let mut bytes = finish(message(SURFACE, 1).object(ObjectId(BUFFERS[n])).int(0).int(0));
        bytes.extend(finish(message(SURFACE, 9).int(x).int(y).int(w).int(h)));
        bytes.extend(finish(message(SURFACE, 3).new_id(ObjectId(self.next_id))));
        bytes.extend(finish(message(SURFACE, 6)));
        let at = Instant::now();
        self.wire.send(bytes, Vec::new())?;
        Ok(at)
    }

    /// Waits for the frame callback.
    ///
    /// # Errors
    /// The connection is gone, or nothing came for long.
    pub fn wait(&mut self) -> io::Result<()> {
        let asked = self.next_id;
        while self.next_id == asked {
            self.turn()?;
        }
        Ok(())
    }

    /// The bytes of the frame shown last.
    ///
    /// # Errors
    /// The memory cannot be read.
    pub fn shown(&self) -> io::Result<Vec<u8>> {
        let mut pixels = vec![0; FRAME];
        let at = ((self.frame + 1) % 2 * FRAME) as u64;
        self.region.read(at, &mut pixels).map_err(io::Error::other)?;
        Ok(pixels)
    }

    /// Draws into buffer `n`; returns the damage.
    fn draw(&mut self, n: usize) -> Result<(i32, i32, i32, i32), farway_sys::mem::RegionError> {
        const CELL: (usize, usize) = (8, 16);
        let base = (n * FRAME) as u64;
        let full = (0, 0, WIDTH as i32, HEIGHT as i32);
        match self.workload {
            Workload::Typing if self.frame > 2 => {
                // This frame's cell, and the one the other buffer got last time.
                for frame in [self.frame - 1, self.frame] {
                    let (x, y) = cell(frame);
                    for row in 0..CELL.1 {
                        let at = (y + row) * STRIDE + x * 4;
                        let from = (frame * 97 + row * 5) * 4 % (self.page.len() - CELL.0 * 4);
                        self.region.write(base + at as u64, &self.page[from..from + CELL.0 * 4])?;
                    }
                }
                let (x, y) = cell(self.frame);
                Ok((x as i32, y as i32, CELL.0 as i32, CELL.1 as i32))
            }
            Workload::Typing => {
                self.region.write(base, &self.page[..FRAME])?;
                Ok(full)
            }
            Workload::Scroll => {
                let from = self.frame * 20 % HEIGHT * STRIDE;
                self.region.write(base, &self.page[from..from + FRAME])?;
                Ok(full)
            }
            Workload::Noise | Workload::Photo => {
                let from = self.frame * 7 % HEIGHT * STRIDE + self.frame % 13 * 4;
                self.region.write(base, &self.page[from..from + FRAME])?;
                Ok(full)
            }
        }
    }
}

/// Where the character of a frame stands.
fn cell(frame: usize) -> (usize, usize) {
    (frame * 8 % (WIDTH - 8), frame / 158 * 16 % (HEIGHT - 16))
}

/// Two screens and a bit of content.
pub fn page(workload: Workload) -> Vec<u8> {
    let mut random = SmallRng::seed_from_u64(7);
    let mut page = vec![0xff; 2 * FRAME + STRIDE];
    match workload {
        Workload::Typing | Workload::Scroll => {
            let glyphs: Vec<u32> = (0..64).map(|_| random.next_u32()).collect();
            for (line, rows) in page.chunks_mut(STRIDE * 20).enumerate() {
                for (row, pixels) in
                    rows.chunks_mut(STRIDE).enumerate().filter(|(row, _)| (2..16).contains(row))
                {
                    for column in 0..WIDTH / 8 * 3 / 4 {
                        let glyph = glyphs[(line * 31 + column * 7 + line * column) % 64];
                        for x in 0..7 {
                            if glyph >> ((x + row * 3) % 32) & 1 == 1 {
                                let at = (column * 8 + x) * 4;
                                pixels[at..at + 4].copy_from_slice(&[20, 20, 20, 255]);
                            }
                        }
                    }
                }
            }
        }
        Workload::Noise => random.fill_bytes(&mut page),
        Workload::Photo => {
            for (y, row) in page.chunks_mut(STRIDE).enumerate() {
                for (x, pixel) in row.chunks_mut(4).enumerate() {
                    let noise = random.next_u32();
                    let wave = |scale: f32| {
                        ((x as f32 / scale).sin() + (y as f32 / scale / 1.3).cos()) * 50.0 + 110.0
                    };
                    for (n, scale) in [91.0, 47.0, 133.0].into_iter().enumerate() {
                        pixel[n] = (wave(scale) as u8).wrapping_add((noise >> (8 * n) & 7) as u8);
                    }
                    pixel[3] = 255;
                }
            }
        }
    }
    page
}
