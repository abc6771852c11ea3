//! How pixels get into a window of the host's.
//!
//! What it is: [`Screen`], what all windows share, and [`Pane`], one window's pixels. What it is not: the decision what
//! is drawn. X11 is spoken to directly: the library for all platforms loads libX11 in every process of ours, also in
//! those that never open a window, and before their first line.

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
mod soft;
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod x11;

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
pub(super) use soft::{Pane, PresentError, Screen};
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
pub(super) use x11::{Pane, PresentError, Screen};
