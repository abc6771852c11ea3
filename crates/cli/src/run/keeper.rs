//! The far side of a session: the process that has the command and its applications, whatever becomes of the link.
//!
//! Not the link, which others bring and take away. Invariant: what runs here neither ends nor waits because a link did.

pub mod stage;
