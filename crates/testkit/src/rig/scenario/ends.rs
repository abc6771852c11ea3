//! The end of a connection, from either side, right behind a last message.

use super::super::files::{noise, same};
use super::super::{Both, RigError, content, shared, take_fd, wait};

/// The application sends and is gone: the compositor gets everything, then the end.
pub(super) fn by_app(site: &mut Both) -> Result<(), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_compositor", 4)])?;
    let compositor = line.bind("wl_compositor", 4)?;
    line.deliver()?;
    for _ in 0..50 {
        let id = line.app.new_id();
        line.app.send(compositor, "create_surface", |m| m.new_id(id), Vec::new())?;
    }
    line.app.hang_up()?;
    let mut surfaces = 0;
    wait(&mut line.screen, &mut (), "the end at the compositor", |screen, ()| {
        while let Some(message) = screen.inbox.pop_front() {
            if !message.is("wl_compositor.create_surface") {
                return Err(RigError::Unexpected { at: "the compositor", got: message.to_string() });
            }
            surfaces += 1;
        }
        Ok(screen.is_closed().then_some(()))
    })?;
    super::super::error::ensure(surfaces == 50, || format!("{surfaces} of 50 requests arrived"))
}

/// The compositor goes: the application gets the last event with its file, then the end.
pub(super) fn by_screen(site: &mut Both) -> Result<(), RigError> {
    let mut line = site.connect()?;
    line.globals(&[("wl_seat", 7)])?;
    let seat = line.bind("wl_seat", 7)?;
    let keyboard = line.create(seat, "get_keyboard")?;
    line.deliver()?;
    let bytes = noise(5, 5000);
    let fd = shared(&bytes)?.share()?;
    line.event_with(keyboard, "keymap", |m| m.uint(1).uint(5000), vec![fd])?;
    let fd = take_fd(&mut line.deliver()?, "wl_keyboard.keymap")?;
    same("last keymap", &bytes, &content(&fd, 5000)?)?;
    line.end_by_screen()
}
