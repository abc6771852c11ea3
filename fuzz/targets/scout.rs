//! See `farway_testkit::fuzz::scout`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| farway_testkit::fuzz::scout(data));
