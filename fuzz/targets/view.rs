//! See `farway_testkit::fuzz::view`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| farway_testkit::fuzz::view(data));
