//! A test rig for the wire: two real proxy processes, and a test that plays everybody around them.
//!
//! It is not `real` (no real applications and compositors; the test writes every byte itself) and not a simulation
//! (processes and sockets are the machine's). Three shapes, by what is real:
//!
//! ```text
//! Both         test = application --- server process --- client process --- test = compositor
//! AppHalf      test = application --- server process --- test = channel peer
//! ScreenHalf                       test = channel peer --- client process --- test = compositor
//! ```
//!
//! [`Both::connect`] gives a [`Line`], which is an oracle of its own: whatever one end sends must arrive at the other
//! end, byte for byte and in order, unless the test says otherwise; and whenever a `wl_surface.commit` arrives, the
//! attached buffer must hold the same pixels at both ends ([`Pixels`]). A test is then a few lines:
//!
//! ```no_run
//! # use farway_testkit::rig::*;
//! # fn test() -> Result<(), RigError> {
//! let mut site = Both::start(&Pair::new("farway", "forky", "lz4")?)?;
//! let mut line = site.connect()?;
//! line.globals(&[("wl_seat", 7)])?;
//! let seat = line.bind("wl_seat", 7)?;
//! let keyboard = line.create(seat, "get_keyboard")?;
//! let keymap = shared(b"xkb_keymap {}")?;
//! line.event_with(keyboard, "keymap", |m| m.uint(1).uint(13), vec![keymap.share()?])?;
//! let mut arrived = line.deliver()?;
//! assert_eq!(content(&take_fd(&mut arrived, "wl_keyboard.keymap")?, 13)?, b"xkb_keymap {}");
//! # Ok(())
//! # }
//! ```
//!
//! Invariant: every wait has a condition and a deadline, both ends are served while one is waited for, and all
//! processes of a site end with it.

pub mod attack;
pub mod canvas;
pub mod end;
pub mod error;
pub mod files;
pub mod flow;
pub mod halves;
pub mod line;
pub mod matrix;
pub mod memory;
pub mod message;
pub mod party;
pub mod peer;
pub mod pixels;
pub mod rows;
pub mod scenario;
pub mod site;

pub use crate::real::Pair;
pub use canvas::{Canvas, Layout, Pool};
pub use end::{DEADLINE, End, skip_to, wait};
pub use error::RigError;
pub use files::{content, shared, take_fd};
pub use halves::Half;
pub use line::Line;
pub use message::Message;
pub use party::Party;
pub use peer::Peer;
pub use pixels::Pixels;
pub use site::{AppHalf, Both, ScreenHalf};
