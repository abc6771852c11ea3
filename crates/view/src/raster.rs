//! Draws pictures on canvases, with the CPU.
