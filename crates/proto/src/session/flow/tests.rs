//! The controller by itself.
