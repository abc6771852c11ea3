//! See `farway_testkit::fuzz::pixels`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| farway_testkit::fuzz::pixels(data));
