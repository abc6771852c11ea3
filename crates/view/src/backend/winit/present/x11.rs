//! X11, over a connection of our own beside winit's: the server's memory extension where it is the same machine,
//! otherwise the pixels themselves.
//!
//! Invariant: memory that the server may still be reading is not written to.

use std::cell::Cell;
use std::mem::size_of;
use std::rc::Rc;

use farway_sys::mem::{Region, RegionError, SharedFile};
use winit::event_loop::ActiveEventLoop;
use winit::raw_window_handle::{HasWindowHandle, RawWindowHandle};
use winit::window::Window;
use x11rb::connection::{Connection, RequestConnection, SequenceNumber};
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::shm::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, CreateGCAux, ImageFormat, ImageOrder};
use x11rb::reexports::x11rb_protocol::parse_display::{ConnectAddress, parse_display};
use x11rb::rust_connection::RustConnection;

use crate::geometry::{Rect, Size};

/// Bytes of a pixel, in every format that is drawn.
const PIXEL: usize = size_of::<u32>();

/// Bytes of a request beside the pixels that it carries.
const HEAD: usize = 64;

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum PresentError {
    #[error("cannot connect to the X server")]
    Connect(#[from] ConnectError),
    #[error("the connection to the X server is broken")]
    Connection(#[from] ConnectionError),
    #[error("the X server refuses")]
    Reply(#[from] ReplyError),
    #[error("the X server refuses")]
    Id(#[from] ReplyOrIdError),
    #[error("no memory can be shared with the X server")]
    Memory(#[from] std::io::Error),
    #[error("memory shared with the X server cannot be written")]
    Region(#[from] RegionError),
    #[error("the X server's pixels are not red, green and blue in 32 bits")]
    Format,
    #[error("the window has no X11 handle")]
    Handle,
}

/// What all windows share.
pub(in super::super) struct Screen(Rc<Link>);

struct Link {
    connection: RustConnection,
    /// The server can map our memory, as far as is known.
    shares: Cell<bool>,
}

impl Link {
    /// The depth of a window that has pixels as we draw them: `0x00RRGGBB`.
    fn depth(&self, window: u32) -> Result<u8, PresentError> {
        let (geometry, attributes) =
            (self.connection.get_geometry(window)?, self.connection.get_window_attributes(window)?);
        let (depth, visual) = (geometry.reply()?.depth, attributes.reply()?.visual);
        let setup = self.connection.setup();
        let format = setup.pixmap_formats.iter().find(|it| it.depth == depth);
        let mut visuals = setup.roots.iter().flat_map(|it| &it.allowed_depths).flat_map(|it| &it.visuals);
        let colors = visuals.find(|it| it.visual_id == visual);
        let colors = colors.map(|it| (it.red_mask, it.green_mask, it.blue_mask));
        let fits = format.is_some_and(|it| usize::from(it.bits_per_pixel) == 8 * PIXEL);
        if fits && colors == Some((0xff_0000, 0xff00, 0xff)) { Ok(depth) } else { Err(PresentError::Format) }
    }
}

impl Screen {
    /// # Errors
    /// No X server, or one with another order of bytes.
    pub fn new(_: &ActiveEventLoop) -> Result<Self, PresentError> {
        let (connection, _) = RustConnection::connect(None)?;
        let native =
            if cfg!(target_endian = "little") { ImageOrder::LSB_FIRST } else { ImageOrder::MSB_FIRST };
        if connection.setup().image_byte_order != native {
            return Err(PresentError::Format);
        }
        let shares = Cell::new(is_local() && can_share(&connection)?);
        Ok(Self(Rc::new(Link { connection, shares })))
    }
}

/// Whether descriptors may be passed to the server.
fn is_local() -> bool {
    let first = parse_display(None).ok();
    let first = first.as_ref().and_then(|it| it.connect_instruction().next());
    matches!(first, Some(ConnectAddress::Socket(_)))
}

/// Descriptors of memory are known since version 1.2.
fn can_share(connection: &RustConnection) -> Result<bool, PresentError> {
    if connection.extension_information(shm::X11_EXTENSION_NAME)?.is_none() {
        return Ok(false);
    }
    let version = connection.shm_query_version()?.reply()?;
    Ok((version.major_version, version.minor_version) >= (1, 2))
}

/// A window's pixels.
pub(in super::super) struct Pane {
    link: Rc<Link>,
    window: u32,
    context: u32,
    depth: u8,
    pixels: Vec<u32>,
    size: Size,
    shared: Option<Shared>,
    /// The server answers this when it has read what it was shown last.
    read: Option<SequenceNumber>,
}

/// Memory that the server has mapped.
struct Shared {
    segment: u32,
    region: Region,
}

impl Pane {
    /// # Errors
    /// Such a window cannot be drawn into.
    pub fn new(screen: &Screen, window: &Rc<Window>) -> Result<Self, PresentError> {
        let link = Rc::clone(&screen.0);
        let window = match window.window_handle().map(|it| it.as_raw()) {
            Ok(RawWindowHandle::Xlib(handle)) => {
                u32::try_from(handle.window).map_err(|_| PresentError::Handle)?
            }
            Ok(RawWindowHandle::Xcb(handle)) => handle.window.get(),
            _ => return Err(PresentError::Handle),
        };
        let depth = link.depth(window)?;
        let context = link.connection.generate_id()?;
        link.connection.create_gc(context, window, &CreateGCAux::new())?;
        let (pixels, size) = (Vec::new(), Size::default());
        Ok(Self { link, window, context, depth, pixels, size, shared: None, read: None })
    }

    /// Shows what `draw` has drawn: it gets rows of the size's width, `0x00RRGGBB`, and how many frames ago they were
    /// shown (0: never), and says what has to be shown.
    ///
    /// # Errors
    /// The window is gone, or memory is out.
    pub fn show(
        &mut self,
        size: Size,
        draw: impl FnOnce(&mut [u32], u8) -> Vec<Rect>,
    ) -> Result<(), PresentError> {
        // Errors of requests without answers, of a window that was closed meanwhile; and what everybody is told.
        while self.link.connection.poll_for_event()?.is_some() {}
        let age = u8::from(self.size == size);
        if age == 0 {
            self.size = Size::default();
            self.pixels.clear();
            self.pixels.resize(size.width as usize * size.height as usize, 0);
        }
        let rects = draw(&mut self.pixels, age);
        self.size = size;
        if self.link.shares.get() {
            self.wait()?;
            self.share()?;
        }
        for rect in rects.into_iter().map(|it| it.intersect(size.rect())).filter(|it| !it.is_empty()) {
            match &self.shared {
                Some(shared) => self.put_shared(shared, rect)?,
                None => self.put(rect)?,
            }
        }
        if self.shared.is_some() {
            let cookie = self.link.connection.get_input_focus()?;
            self.read = Some(cookie.sequence_number());
            // Dropped, it would not wait for the answer any more.
            std::mem::forget(cookie);
        }
        Ok(self.link.connection.flush()?)
    }

    /// Waits until the server has read all that it was shown.
    fn wait(&mut self) -> Result<(), PresentError> {
        match self.read.take() {
            Some(read) => Ok(self.link.connection.wait_for_reply(read).map(drop)?),
            None => Ok(()),
        }
    }

    /// Sees to it that there is shared memory for all pixels, if the server takes any.
    fn share(&mut self) -> Result<(), PresentError> {
        let needed = (self.pixels.len() * PIXEL) as u64;
        let have = self.shared.as_ref().map_or(0, |it| it.region.len());
        // Some more than needed, as windows are resized in many small steps; not much more for long.
        if have >= needed && have / 4 <= needed {
            return Ok(());
        }
        self.unshare();
        let file = SharedFile::create(needed + needed / 4, None)?;
        let segment = self.link.connection.generate_id()?;
        let attached = self.link.connection.shm_attach_fd(segment, file.share()?, true)?.check();
        match attached {
            Ok(()) => self.shared = Some(Shared { segment, region: Region::of_shared(&file)? }),
            Err(error) => {
                tracing::debug!("the X server does not map our memory: {error}");
                self.link.shares.set(false);
            }
        }
        Ok(())
    }

    fn unshare(&mut self) {
        if let Some(shared) = self.shared.take() {
            let _ = self.link.connection.shm_detach(shared.segment);
        }
    }

    fn row(&self, rect: Rect, y: i32) -> (usize, &[u8]) {
        let start = y as usize * self.size.width as usize + rect.x as usize;
        let row = self.pixels.get(start..start + rect.width as usize).unwrap_or_default();
        (start * PIXEL, bytemuck::cast_slice(row))
    }

    fn put_shared(&self, shared: &Shared, rect: Rect) -> Result<(), PresentError> {
        for y in rect.y..rect.bottom() {
            let (at, row) = self.row(rect, y);
            shared.region.write(at as u64, row)?;
        }
        let total = (self.size.width as u16, self.size.height as u16);
        let (x, y, width, height) = (rect.x as u16, rect.y as u16, rect.width as u16, rect.height as u16);
        let format = ImageFormat::Z_PIXMAP.into();
        self.link.connection.shm_put_image(
            self.window,
            self.context,
            total.0,
            total.1,
            x,
            y,
            width,
            height,
            x as i16,
            y as i16,
            self.depth,
            format,
            false,
            shared.segment,
            0,
        )?;
        Ok(())
    }

    fn put(&self, rect: Rect) -> Result<(), PresentError> {
        let room = self.link.connection.maximum_request_bytes().saturating_sub(HEAD);
        let step = (room / (rect.width as usize * PIXEL)).max(1);
        for top in (rect.y..rect.bottom()).step_by(step) {
            let bottom = rect.bottom().min(top.saturating_add(i32::try_from(step).unwrap_or(i32::MAX)));
            let mut strip = Vec::with_capacity((bottom - top) as usize * rect.width as usize * PIXEL);
            (top..bottom).for_each(|y| strip.extend_from_slice(self.row(rect, y).1));
            self.link.connection.put_image(
                ImageFormat::Z_PIXMAP,
                self.window,
                self.context,
                rect.width as u16,
                (bottom - top) as u16,
                rect.x as i16,
                top as i16,
                0,
                self.depth,
                &strip,
            )?;
        }
        Ok(())
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        let _ = self.wait();
        self.unshare();
        let _ = self.link.connection.free_gc(self.context);
        let _ = self.link.connection.flush();
    }
}
