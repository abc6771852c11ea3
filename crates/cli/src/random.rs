//! Random numbers, for names that must not clash and for secrets.
//!
//! Invariant: a secret is made of the system's random bytes and of nothing else; everything random that this crate
//! needs comes from here.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read};

use farway_proto::session::words::Secret;

/// A number for names. The standard library seeds its hashers from the system's random numbers.
pub fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Ten letters and digits.
pub fn tag() -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut seed = seed();
    let mut letter = || {
        let position = (seed % 62) as usize;
        seed /= 62;
        char::from(LETTERS[position])
    };
    std::iter::repeat_with(&mut letter).take(10).collect()
}

/// Bytes that nobody can guess.
///
/// # Errors
/// The system has none.
pub fn bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// 128 random bits.
///
/// # Errors
/// The system has no random numbers.
pub fn secret() -> io::Result<Secret> {
    Ok(Secret(data_encoding::HEXLOWER.encode(&bytes::<16>()?)))
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn same(one: &Secret, other: &Secret) -> bool {
    let (one, other) = (one.0.as_bytes(), other.0.as_bytes());
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_twice() {
        let (one, other) = (secret().unwrap(), secret().unwrap());
        assert!(same(&one, &one) && !same(&one, &other));
        assert!(!same(&one, &Secret(String::new())));
        assert!(one.0.len() == 32 && one.0.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let tags = (tag(), tag());
        assert!(tags.0.len() == 10 && tags.0 != tags.1, "{tags:?}");
    }
}
