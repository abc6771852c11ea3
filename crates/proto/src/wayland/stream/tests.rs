use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wayland::{Builder, MAX_MESSAGE, ObjectId};

fn message(object: u32, array: &[u8]) -> Vec<u8> {
    Builder::new(ObjectId(object), 1).array(array).finish(Form::Program, 0).unwrap()
}

fn drain(stream: &mut Stream) -> Vec<Bytes> {
    let mut messages = Vec::new();
    while let Some((header, bytes)) = stream.next().unwrap() {
        assert_eq!(header.len, bytes.len());
        messages.push(bytes);
    }
    messages
}

/// W2: one byte at a time.
#[test]
fn reassembles_single_bytes() {
    let sent = [message(1, b""), message(2, b"hello"), message(3, &[0; 100])];
    let mut stream = Stream::new(Form::Program);
    let mut received = Vec::new();
    for byte in sent.concat() {
        stream.push(&[byte]);
        received.extend(drain(&mut stream));
    }
    assert_eq!(received, sent);
    assert!(stream.is_empty());
}

/// W1: an impossible length is an error, and stays one.
#[test]
fn bad_length_is_final() {
    for length in [0_u32, 4, 10, 65535] {
        let mut stream = Stream::new(Form::Program);
        stream.push(&message(1, b"x"));
        stream.push(&[1_u32, length << 16].map(u32::to_le_bytes).concat());
        assert!(stream.next().unwrap().is_some());
        for _ in 0..3 {
            assert_eq!(stream.next().unwrap_err(), WireError::Length);
            stream.push(&[0; 16]);
        }
    }
}

/// W1: a length beyond what has come is no error, only patience.
#[test]
fn waits_for_the_rest() {
    let whole = message(1, &[7; 1000]);
    let mut stream = Stream::new(Form::Program);
    stream.push(&whole[..whole.len() - 1]);
    assert!(stream.next().unwrap().is_none());
    assert_eq!(stream.pending_len(), whole.len() - 1);
    stream.push(&whole[whole.len() - 1..]);
    assert_eq!(drain(&mut stream), [whole]);
}

/// W3: the longest message passes.
#[test]
fn longest_message() {
    let whole = message(1, &[7; MAX_MESSAGE - 12]);
    assert_eq!(whole.len(), MAX_MESSAGE);
    let mut stream = Stream::new(Form::Program);
    for piece in whole.chunks(4096) {
        assert!(stream.next().unwrap().is_none());
        stream.push(piece);
    }
    assert_eq!(drain(&mut stream), [whole]);
}

/// W11: a program cannot put an fd count into the opcode.
#[test]
fn large_opcodes_are_refused() {
    let mut stream = Stream::new(Form::Program);
    stream.push(&[1, (8 << 16) | 0x0800_u32].map(u32::to_le_bytes).concat());
    assert_eq!(stream.next().unwrap_err(), WireError::Opcode);
}

#[test]
fn splits_slices() {
    let (one, two) = (message(1, b"a"), message(2, b"b"));
    let both = [one.clone(), two.clone()].concat();
    let (header, message, rest) = split_first(&both, Form::Program).unwrap().unwrap();
    assert_eq!((header.object, message, rest), (ObjectId(1), one.as_slice(), two.as_slice()));
    assert_eq!(split_first(&rest[..7], Form::Program), Ok(None));
    assert_eq!(split_first(&rest[..rest.len() - 1], Form::Program), Ok(None));
    assert_eq!(split_first(&[], Form::Program), Ok(None));
}

proptest! {
    #[test]
    fn any_cuts_give_the_same_messages(
        bodies in vec(vec(any::<u8>(), 0..200), 0..20),
        cuts in vec(1_usize..300, 1..50),
    ) {
        let sent: Vec<Vec<u8>> = bodies.iter().map(|body| message(9, body)).collect();
        let bytes = sent.concat();
        let mut rest = bytes.as_slice();
        let mut stream = Stream::new(Form::Program);
        let mut received = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, tail) = rest.split_at((*cut).min(rest.len()));
            stream.push(piece);
            received.extend(drain(&mut stream));
            prop_assert!(stream.pending_len() < MAX_MESSAGE);
            rest = tail;
        }
        prop_assert_eq!(received, sent);
        prop_assert!(stream.is_empty());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        let mut stream = Stream::new(Form::Channel);
        stream.push(&bytes);
        let mut total = 0;
        while let Ok(Some((_, message))) = stream.next() {
            total += message.len();
        }
        prop_assert_eq!(total + stream.pending_len(), bytes.len());
    }
}
