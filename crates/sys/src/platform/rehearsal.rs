//! The portable path on Linux, for tests. Only what the portable file leaves to each system comes from Linux.

pub(crate) use super::linux::{CLOCKS, CONTROL_CHARACTERS, INPUT_MODES, SEND_FLAGS, peer_uid};
pub(crate) use super::portable::*;

use std::os::fd::BorrowedFd;

pub(crate) fn prepare_socket(_socket: BorrowedFd<'_>) {}
