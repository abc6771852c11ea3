//! What `farway ssh` knows before there is a session: ssh's command line, the shell text that begins one, and the
//! program that is sent to machines which have none.
//!
//! Not the doing: nothing here starts a program, reads a file by itself or looks at the environment. Invariant:
//! whatever the far side prints, what is said about it is one clear line, and nothing panics.

pub mod intro;
pub mod packed;
pub mod parcel;
pub mod script;
pub mod words;
