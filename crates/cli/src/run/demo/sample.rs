//! The built-in sample client.

pub mod letters;
pub mod picture;
pub mod prose;
pub mod scene;
