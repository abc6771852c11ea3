//! The numbers that name things inside an engine. Not Wayland's object ids (those are
//! [`crate::wayland`]'s): these never reach an application. Each is a type of its own, so that one cannot be
//! used for another.

use std::fmt;

/// Remote id: names one replicated kernel object (file, pipe) within one channel. Positive where the
/// application's side allocated it, negative where the display's did; zero is never valid
/// (channel.md 6.1).
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct Rid(pub i32);

impl Rid {
    /// True if `self` is an id that `role` allocates.
    pub fn is_of(self, role: Role) -> bool {
        match role {
            Role::App => self.0 > 0,
            Role::Display => self.0 < 0,
        }
    }
}

impl fmt::Debug for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rid {}", self.0)
    }
}

impl fmt::Display for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A descriptor that arrived from the local program and that only the driver can touch. It enters the engine
/// as `FdId` and leaves it as [`Rid`].
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct FdId(pub u32);

/// Names one job from [`crate::engine::Effect::Run`] to [`crate::engine::Done`].
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct Ticket(pub u32);

/// Where an engine stands.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Role {
    /// Beside the application: it is the application's compositor.
    App,
    /// Beside the compositor: it is the compositor's application.
    Display,
}

/// A point of the driver's monotonic time, in nanoseconds since an arbitrary start.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct Instant(pub u64);

impl Instant {
    /// The point `nanoseconds` later.
    pub fn after(self, nanoseconds: u64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }
}

/// What an engine may know of the machine's clocks at one moment.
#[derive(Copy, Clone, Debug, Default)]
pub struct Now {
    /// Monotonic time.
    pub instant: Instant,
    /// Wall clock minus the monotonic clock, in nanoseconds.
    pub monotonic_offset: i64,
    /// Wall clock minus the clock that [`crate::engine::Engine::presentation_clock`] names, in nanoseconds.
    pub presentation_offset: i64,
}
