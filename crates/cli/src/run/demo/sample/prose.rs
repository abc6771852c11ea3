//! What there is to read in the sample window. Only ASCII, see [`letters`](super::letters).

/// A piece of the text.
#[derive(Copy, Clone, Debug)]
pub enum Part {
    /// A headline.
    Head(&'static str),
    /// A paragraph, to be wrapped.
    Body(&'static str),
    /// A line as one types it.
    Code(&'static str),
}

/// The text. It begins again after its end.
pub const PROSE: &[Part] = &[
    Part::Head("Near, from far away"),
    Part::Body(
        "This window is drawn by one program and shown by another. Between them lies a link with a delay and a \
         rate of its own, just as if the first one ran in another town. What you see has crossed it.",
    ),
    Part::Body(
        "That is what farway does: an application runs on one machine, and its window appears on the screen of \
         another, as ssh -X did for X11, for Wayland.",
    ),
    Part::Code("$ farway -s /tmp/far.sock server -- firefox"),
    Part::Head("Only what changed"),
    Part::Body(
        "When an application has drawn, it says which part of its window is new. farway compares that part with \
         what the other side already has, byte by byte, and sends the difference alone. A blinking cursor costs \
         a handful of bytes. This paragraph, moving up line by line, costs a little more.",
    ),
    Part::Body(
        "What remains is compressed. LZ4 when the link is fast and time is short; Zstandard when every byte \
         counts.",
    ),
    Part::Head("A mind and its hands"),
    Part::Body(
        "Inside, everything that thinks cannot touch the machine, and everything that touches the machine does \
         not think. The engine takes bytes and time and gives effects, so any afternoon of trouble can be played \
         again from a single number.",
    ),
    Part::Body(
        "Memory that an application shares may change or shrink at any moment. farway copies before it looks, \
         and never maps what could be cut away beneath it.",
    ),
    Part::Head("At ease with latency"),
    Part::Body(
        "Nothing here waits for an answer that it does not need. Keys and clicks travel at once, frames follow \
         in order, and a file on its way to the clipboard does not hold up the next picture.",
    ),
    Part::Head("Your turn"),
    Part::Body(
        "Move the pointer, click, and type a few words. Each key goes from the screen to the program over the \
         link, and its letter comes all the way back.",
    ),
    Part::Code("$ farway demo --rtt 80ms --rate 20Mbit"),
    Part::Body("Then try it with your own program after two dashes. Have a pleasant journey."),
];
