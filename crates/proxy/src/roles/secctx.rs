//! Security context.
