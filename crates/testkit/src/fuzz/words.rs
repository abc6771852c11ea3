//! The words of a session: hellos, answers and messages, damaged.

use bytes::{BufMut, BytesMut};
use farway_proto::preview::{Event, Preview};
use farway_proto::session::frame::{FROM_NEAR, put_words, take_words};
use farway_proto::session::words::{Answer, Ask, Hello, Message};
use farway_proto::wayland::{ObjectId, by_name};
use serde_json::{from_slice, to_vec};

use super::Input;

/// What is damaged, if the input does not bring words of its own.
const WORDS: [&str; 9] = [
    r#"{"protocol":1,"version":"0","near":"0123456789abcdef","ask":{"start":{"preview":[{"name":1,"interface":"wl_seat","version":9,"greeting":[[0,3],[1,2,97]]},{"name":2,"interface":"wl_output","version":4,"greeting":[[3,1]],"logical":[[2]]}]}}}"#,
    r#"{"protocol":1,"version":"0","near":"0123456789abcdef","ask":{"start":{"command":[116],"compress":"lz4"}}}"#,
    r#"{"protocol":1,"version":"0","capabilities":["a"],"near":"0123456789abcdef","ask":{"resume":{"id":"i","secret":"fedcba9876543210","positions":[{"stream":0,"received":9}]}}}"#,
    r#"{"protocol":1,"version":"0","near":"0123456789abcdef","ask":{"attach":{"id":null,"terminal":{"kind":"x","size":{"rows":1,"columns":2},"modes":[[1,2]]}}}}"#,
    r#"{"protocol":2,"version":"0","near":"0123456789abcdef","ask":"list"}"#,
    r#"{"started":{"id":"i","secret":"fedcba9876543210","version":"0"}}"#,
    r#"{"resumed":{"positions":[{"stream":4294967295,"received":18446744073709551615}]}}"#,
    r#"{"refused":{"reason":"protocol","text":"no"}}"#,
    r#"{"resize":{"rows":1,"columns":65535}}"#,
];

/// Words that are understood are understood the same once they are written again, and show no secret.
pub fn words(data: &[u8]) {
    let mut input = Input(data);
    let which = input.byte();
    let mut words = match which & 1 {
        0 => WORDS[usize::from(which >> 1) % WORDS.len()].as_bytes().to_vec(),
        _ => input.take(2000).to_vec(),
    };
    while !input.is_empty() && which & 1 == 0 {
        let at = usize::from(input.byte()) % words.len().max(1);
        match input.byte() % 4 {
            0 if at < words.len() => words[at] = input.byte(),
            1 => words.insert(at, input.byte()),
            2 if at < words.len() => drop(words.remove(at)),
            _ => {
                let end = (at + usize::from(input.byte())).min(words.len());
                let copy = words[at.min(end)..end].to_vec();
                words.splice(at..at, copy);
            }
        }
        words.truncate(4000);
        understand(&words);
    }
    understand(&words);
    in_pieces(&words, usize::from(which) + 1);
}

fn understand(words: &[u8]) {
    if let Ok(hello) = from_slice::<Hello>(words) {
        assert_eq!(to_vec(&hello).ok().and_then(|it| from_slice(&it).ok()), Some(hello.clone()));
        if let Ask::Start(start) = &hello.ask {
            foretell(&start.preview);
        }
        let shown = format!("{hello:?}");
        let mut bare = hello.clone();
        bare.near.0.clear();
        if let Ask::Resume { secret, .. } = &mut bare.ask {
            secret.0.clear();
        }
        assert_eq!(shown, format!("{bare:?}"), "what is shown depends on a secret");
    }
    if let Ok(answer) = from_slice::<Answer>(words) {
        assert_eq!(to_vec(&answer).ok().and_then(|it| from_slice(&it).ok()), Some(answer));
    }
    if let Ok(message) = from_slice::<Message>(words) {
        assert_eq!(to_vec(&message).ok().and_then(|it| from_slice(&it).ok()), Some(message));
    }
}

/// What a preview says once it is checked is what its interfaces can say.
fn foretell(preview: &Preview) {
    let checked = preview.clone().checked();
    assert_eq!(checked.clone().checked(), checked);
    let mut small = checked.clone();
    while small.shrink() {}
    for global in &checked.globals {
        let Some(interface) = by_name(global.interface.as_bytes()) else { continue };
        let all = global.greeting(u32::MAX).into_iter().flatten().map(|event| (interface, event));
        let logical = global.logical(u32::MAX).into_iter().flatten();
        for (interface, event) in all.chain(by_name(b"zxdg_output_v1").into_iter().zip(logical)) {
            assert_eq!(Event::of(interface, &event.message(ObjectId(7))).as_ref(), Some(event));
        }
        assert!(global.announcement(ObjectId(2)).is_some() || global.interface.len() > 60_000);
    }
}

/// Behind a magic, in pieces: the same words, and what follows is left; and the bytes as they are.
fn in_pieces(words: &[u8], step: usize) {
    let mut bytes = BytesMut::new();
    put_words(&mut bytes, FROM_NEAR, words);
    bytes.put_slice(b"rest");
    let mut input = BytesMut::new();
    let mut taken = None;
    for piece in bytes[FROM_NEAR.len()..].chunks(step) {
        input.extend_from_slice(piece);
        if taken.is_none() {
            taken = take_words(&mut input).unwrap_or_default();
        }
    }
    assert_eq!(taken.as_deref(), Some(words));
    assert_eq!(&input[..], b"rest");
    let _ = take_words(&mut BytesMut::from(words));
}
