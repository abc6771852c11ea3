#![forbid(unsafe_code)]
//! The compositor that farway brings along: for machines that have none, for tests, and for looking at.
//!
//! What it is: [`Compositor`], pure, which takes bytes, descriptors, input and time and gives bytes, pixels and
//! wishes; [`server`], which drives it with sockets; and [`backend`]s, which show what it draws. What it is not: a
//! desktop. Invariants: no client can hurt another or us, whatever it sends; nothing is drawn when nothing changed;
//! everything outside `server` and `backend` is deterministic.

mod activation;
pub mod backend;
mod client;
pub mod compositor;
pub mod config;
mod data_device;
mod decoration;
pub mod descriptor;
mod desk;
mod dispatch;
pub mod effect;
pub mod geometry;
mod globals;
mod idle_inhibit;
pub mod input;
pub mod inspect;
pub mod keymap;
mod output;
mod paint;
mod presentation;
pub mod raster;
mod scene;
mod seat;
pub mod server;
mod shm;
mod subsurface;
mod surface;
mod text_input;
mod viewport;
mod xdg;

pub use compositor::Compositor;
pub use config::Config;
pub use descriptor::{Descriptor, Memory};
