//! The far side of a session: the process that has the command and its applications, whatever becomes of the link.

pub mod stage;
