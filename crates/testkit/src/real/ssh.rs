//! Harness for ssh: real servers, far machines of many kinds, links that are long or break. Not farway's own ssh code,
//! and no stand-in for ssh: what is tested talks to OpenSSH and Dropbear as they are.
//!
//! A [`Far`] says what the machine behind the server is like, [`Server`] runs it, [`Client`] says how it is reached,
//! a [`Relay`] in between is the distance, and [`Talk`] is a user in front of `farway ssh`.
//!
//! Invariants: nothing of the user's is read (keys, `known_hosts`, settings, shell startup files) and nothing outside of
//! the sandbox is written; the server's account exists in its own mount namespace only. Needs: root, or leave to make
//! user namespaces; util-linux.

pub mod client;
pub mod far;
mod namespace;
pub mod relay;
pub mod scene;
pub mod server;
pub mod talk;

pub use client::Client;
pub use far::{Far, LoginShell, Root, Volume};
pub use relay::{Cut, Relay};
pub use scene::{Ended, Scene};
pub use server::Server;
pub use talk::{Stdio, Talk, farway_ssh};

/// The account on the far machine.
pub const USER: &str = "test";
