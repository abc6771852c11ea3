//! Harness for real programs: compositors, applications and proxies as processes of this machine.
//!
//! It is not the simulation (no seed, no virtual clock) and it knows nothing of the wire except the one round trip that
//! tells whether a compositor answers. The oracle is the application itself: [`twice`] runs one script directly on a
//! compositor and once more through a proxy pair, and wants the same pictures.
//!
//! Invariant: nothing outlives a [`Sandbox`]. Every process carries the sandbox's path in its environment, belongs to a
//! process group that is killed on drop, and strays are found by that path.
//!
//! Environment of the tests:
//!
//! | variable | meaning |
//! |---|---|
//! | `FARWAY_BIN` | the `farway` program; default: built into the target folder of the test |
//! | `FARWAY_STATIC` | a static `farway` for bare machines; default: built into the target folder of the test |
//! | `FARWAY_PEERS` | folder of the foreign programs; default `$XDG_CACHE_HOME/farway-peers` |
//! | `FARWAY_SERVER`, `FARWAY_CLIENT` | program of a side: `farway` (default), a peer's suite (`bookworm` …) or a path |
//! | `FARWAY_COMPRESS` | `none`, `lz4`, `zstd`; default `lz4` |
//! | `FARWAY_CONTROL` | the second run has no proxy either: shows whether a script is deterministic |
//! | `FARWAY_KEEP` | keeps the pictures of passing steps under `target/real` |
//! | `FARWAY_DEBUG` | both sides run with `--debug` |
//! | `FARWAY_NO_SKIP` | a missing program is a failure |

pub mod app;
pub mod compositor;
pub mod desktop;
pub mod distance;
pub mod error;
pub mod image;
pub mod input;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod sandbox;
pub mod scripts;
pub mod ssh;
pub mod stage;
pub mod wait;
pub mod wire;

pub use app::App;
pub use compositor::{Compositor, Kind};
pub use desktop::Desktop;
pub use error::RealError;
pub use image::Image;
pub use programs::Program;
pub use proxy::{Pair, Proxy};
pub use sandbox::Sandbox;
pub use stage::{Stage, twice, twice_with};

/// Leaves the test, with a line that says why, when one of the named programs is not installed.
///
/// With `FARWAY_NO_SKIP` set this is a failure instead: `cargo xtask test` installs everything, so nothing may be
/// missing there.
#[macro_export]
macro_rules! need {
    ($($program:expr),+ $(,)?) => {
        $(if !$crate::real::programs::present($program) { return Ok(()); })+
    };
}
