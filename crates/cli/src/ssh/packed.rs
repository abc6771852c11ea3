//! First words as one word that every shell takes as it is: compressed, in base64.
//!
//! Invariants: what [`encode`] gives, [`decode`] takes back; what it takes needs no more memory than words may have.

use data_encoding::BASE64URL_NOPAD;
use farway_proto::session::words::WORDS_MAX;
use farway_sys::pack::{Compression, Packer};

/// How hard to try: it is little, and every byte travels.
const LEVEL: Compression = Compression::Zstd(15);

/// The words' length and their compressed bytes, as letters, digits, `-` and `_`.
pub fn encode(words: &[u8]) -> String {
    let length = u32::try_from(words.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_le_bytes().to_vec();
    if Packer::new().pack(LEVEL, words, &mut bytes).is_err() {
        // Nobody takes these for words: it is as if none had come.
        bytes.clear();
    }
    BASE64URL_NOPAD.encode(&bytes)
}

/// The words; `None` if these are none, or too many.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (length, packed) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= WORDS_MAX)?;
    Packer::new().unpack(LEVEL, packed, length).map(<[u8]>::to_vec).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for words in [&b""[..], b"farway", &[0; 3000], &[0xff; WORDS_MAX]] {
            let text = encode(words);
            assert_eq!(decode(&text).as_deref(), Some(words));
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        }
        assert!(encode(&[7; 3000]).len() < 60);
    }

    #[test]
    fn nonsense() {
        let whole = encode(b"some words, some words");
        for bad in ["", "AAAA", "____", "/w7", "é", &whole[..whole.len() - 4], &encode(&[0; WORDS_MAX + 1])]
        {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
