//! Object ids as they stand on the wire.
//!
//! Not a map of objects: an id says nothing of what it names. Invariant: a newtype, never confused with a count.

use std::fmt::{self, Display, Formatter};

/// The id of a Wayland object; zero means "no object".
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct ObjectId(pub u32);

impl ObjectId {
    /// No object.
    pub const NULL: Self = Self(0);
    /// `wl_display`, which every connection has from the start.
    pub const DISPLAY: Self = Self(1);
    /// First id that the compositor allocates (`WL_SERVER_ID_START` of libwayland).
    pub const SERVER_START: Self = Self(0xff00_0000);

    /// Whether this is the null id.
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }

    /// Whether the compositor allocated it. Such ids are freed without `wl_display.delete_id`.
    pub const fn is_server_allocated(self) -> bool {
        self.0 >= Self::SERVER_START.0
    }
}

impl Display for ObjectId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
