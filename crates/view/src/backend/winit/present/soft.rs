//! Every host but X11, by softbuffer.

use std::num::NonZeroU32;
use std::rc::Rc;

use softbuffer::{Context, Surface};
use winit::event_loop::{ActiveEventLoop, OwnedDisplayHandle};
use winit::window::Window;

use crate::geometry::{Rect, Size};

/// Why nothing can be shown.
pub(in super::super) use softbuffer::SoftBufferError as PresentError;

/// What all windows share.
pub(in super::super) struct Screen(Context<OwnedDisplayHandle>);

impl Screen {
    /// # Errors
    /// Such a screen cannot be drawn on.
    pub fn new(event_loop: &ActiveEventLoop) -> Result<Self, PresentError> {
        Context::new(event_loop.owned_display_handle()).map(Self)
    }
}

/// A window's pixels.
pub(in super::super) struct Pane(Surface<OwnedDisplayHandle, Rc<Window>>);

impl Pane {
    /// # Errors
    /// Such a window cannot be drawn into.
    pub fn new(screen: &Screen, window: &Rc<Window>) -> Result<Self, PresentError> {
        Surface::new(&screen.0, Rc::clone(window)).map(Self)
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
        let sides = (NonZeroU32::new(size.width as u32), NonZeroU32::new(size.height as u32));
        let (Some(width), Some(height)) = sides else { return Ok(()) };
        self.0.resize(width, height)?;
        let mut buffer = self.0.buffer_mut()?;
        let age = buffer.age();
        let rects: Vec<_> = draw(&mut buffer, age).into_iter().filter_map(rect).collect();
        if rects.is_empty() { Ok(()) } else { buffer.present_with_damage(&rects) }
    }
}

fn rect(rect: Rect) -> Option<softbuffer::Rect> {
    let (width, height) = (NonZeroU32::new(rect.width as u32)?, NonZeroU32::new(rect.height as u32)?);
    Some(softbuffer::Rect { x: rect.x as u32, y: rect.y as u32, width, height })
}
