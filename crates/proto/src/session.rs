//! Sessions: many byte streams and a few messages over one link that may be lost and replaced.
//!
//! Not the link: who dials it, and who carries its bytes, is the driver's business. Invariant: every byte that is
//! written to a stream arrives once and in order, however often the link was replaced in between; what waits for
//! that is bounded by the stream's window.

pub mod words;
