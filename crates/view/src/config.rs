//! What a compositor is made with.

use crate::geometry::Size;

/// How windows are shown.
#[derive(Clone, Debug)]
pub enum Show {
    /// On screens of our own making, as a desktop would.
    Outputs(Vec<OutputConfig>),
    /// Each on a canvas of its own, which the host shows as one of its windows. The output describes the host's
    /// screen.
    Windows(OutputConfig),
}

/// One screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputConfig {
    /// Name such as `HEADLESS-1`.
    pub name: String,
    /// Physical pixels.
    pub size: Size,
    /// Physical pixels per logical pixel, in 120ths.
    pub scale: u32,
    /// Refresh rate in mHz.
    pub refresh: u32,
}

impl Default for OutputConfig {
    fn default() -> Self {
        Self { name: "FARWAY-1".into(), size: Size::new(1280, 720), scale: 120, refresh: 60_000 }
    }
}

impl OutputConfig {
    /// The size that clients see.
    #[must_use]
    pub fn logical(&self) -> Size {
        let scaled = |pixels: i32| {
            let (pixels, scale) = (i64::from(pixels.max(1)), i64::from(self.scale.max(1)));
            i32::try_from((pixels * 120 + scale / 2) / scale).unwrap_or(i32::MAX).max(1)
        };
        Size::new(scaled(self.size.width), scaled(self.size.height))
    }

    /// Nanoseconds from one refresh to the next.
    #[must_use]
    pub fn period(&self) -> u64 {
        1_000_000_000_000 / u64::from(self.refresh.clamp(1_000, 1_000_000))
    }
}

/// What no client may exceed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Objects of one client, destroyed ones not counted.
    pub objects: usize,
    /// Surfaces of one client, and regions of one. Each commit looks at the whole tree, so this bounds time too.
    pub surfaces: usize,
    /// Bytes of shared memory of one client; none of it is ours, but it is address space.
    pub pool_bytes: u64,
    /// Requests that wait for a surface's commit: callbacks, feedbacks, damage.
    pub pending: usize,
    /// Bytes of a title, an app id, a MIME type or a name.
    pub text: usize,
    /// MIME types of one source.
    pub types: usize,
    /// Pools of shared memory of one client that live, by themselves or through their buffers: each is a descriptor.
    pub pools: usize,
    /// Descriptors that arrived without the message that they belong to, or that wait to be sent to the client.
    pub descriptors: usize,
    /// Width or height of a buffer.
    pub extent: i32,
    /// Bytes that a client is owed and has not been given yet.
    pub backlog: usize,
    /// Surfaces below one another.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            objects: 65_536,
            surfaces: 1_024,
            pool_bytes: 16 << 30,
            pending: 4_096,
            text: 4_096,
            types: 256,
            pools: 2_048,
            descriptors: 256,
            extent: 16_384,
            backlog: 64 << 20,
            depth: 64,
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Config {
    /// How windows are shown.
    pub show: Show,
    /// What no client may exceed.
    pub limits: Limits,
    /// Colour behind all windows of an output: premultiplied `0xAARRGGBB`.
    pub background: u32,
    /// Whether the compositor (or its host) draws frames around windows. `false`: clients do.
    pub server_frames: bool,
    /// The layout of the keyboard, see [`Keymap::layout`](crate::keymap::Keymap::layout).
    pub keyboard: String,
    /// What `wp_presentation.clock_id` names: `CLOCK_MONOTONIC` of Linux.
    pub clock: u32,
    /// What tokens of `xdg_activation_v1` are made from: a random number wherever clients do not trust each other.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            show: Show::Outputs(vec![OutputConfig::default()]),
            limits: Limits::default(),
            background: 0xff2e_3440,
            server_frames: false,
            keyboard: "us".into(),
            clock: 1,
            seed: 0,
        }
    }
}
