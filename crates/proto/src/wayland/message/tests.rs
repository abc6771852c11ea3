use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wayland::{ArgKind, Fixed, Interface, Signature, Way, all, by_name};

fn signature(interface: &str, way: Way, name: &str) -> &'static Signature {
    by_name(interface.as_bytes()).unwrap().find(way, name).unwrap().1
}

/// `object 5, length, opcode` as words.
fn header(length: u32, low: u32) -> Vec<u8> {
    words(&[5, (length << 16) | low])
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// W1, W11: bad lengths and opcodes.
#[test]
fn headers() {
    use WireError::{Length, Opcode};
    let cases = [
        (8, 3, Ok((3, 0))),
        (8, 2047, Ok((2047, 0))),
        (65532, 0, Ok((0, 0))),
        (0, 0, Err(Length)),
        (4, 0, Err(Length)),
        (10, 0, Err(Length)),
        (65535, 0, Err(Length)),
        (8, 0x0800, Err(Opcode)),
        (8, 0xffff, Err(Opcode)),
    ];
    for (length, low, expected) in cases {
        let found = Header::parse(&header(length, low), Form::Program).map(|it| (it.opcode, it.fds));
        assert_eq!(found, expected, "length {length}, low {low:#x}");
    }
    let channel = Header::parse(&header(12, (31 << 11) | 2047), Form::Channel).unwrap();
    assert_eq!(channel, Header { object: ObjectId(5), opcode: 2047, fds: 31, len: 12 });
    assert_eq!(channel.write(Form::Channel).to_vec(), header(12, 0xffff));
    assert_eq!(channel.write(Form::Program).to_vec(), header(12, 2047));
    for short in 0..8 {
        assert_eq!(Header::parse(&header(8, 0)[..short], Form::Program), Err(WireError::Truncated));
    }
}

/// W9: null, missing terminators, lengths that run away.
#[test]
fn bad_arguments() {
    use WireError::{ArrayLength, Null, Terminator, Truncated};
    let global = signature("wl_registry", Way::Event, "global");
    let accept = signature("wl_data_offer", Way::Request, "accept");
    let bind = signature("wl_registry", Way::Request, "bind");
    let configure = signature("xdg_toplevel", Way::Event, "configure");
    let attach = signature("wl_surface", Way::Request, "attach");
    let surface = signature("wl_compositor", Way::Request, "create_surface");
    let start_drag = signature("wl_data_device", Way::Request, "start_drag");
    let abc = u32::from_le_bytes(*b"abc\0");
    let cases: &[(&'static Signature, &[u32], Result<(), WireError>)] = &[
        (global, &[1, 4, abc, 7], Ok(())),
        (global, &[1, 3, abc, 7], Err(Terminator)),
        (global, &[1, 0, 7], Err(Null)),
        (global, &[1, 4, abc], Err(Truncated)),
        (global, &[1, 4], Err(ArrayLength)),
        (global, &[1, 5, abc], Err(ArrayLength)),
        (global, &[1, u32::MAX, abc, 7], Err(ArrayLength)),
        (global, &[1, u32::MAX - 3, abc, 7], Err(ArrayLength)),
        (global, &[1, 1 << 31, abc, 7], Err(ArrayLength)),
        (global, &[1], Err(Truncated)),
        (global, &[], Err(Truncated)),
        (accept, &[1, 0], Ok(())),
        (bind, &[1, 4, abc, 7, 9], Ok(())),
        (bind, &[1, 0, 7, 9], Err(Null)),
        (bind, &[1, 4, abc, 7, 0], Err(Null)),
        (bind, &[1, 4, abc, 7], Err(Truncated)),
        (configure, &[1, 2, 0], Ok(())),
        (configure, &[1, 2, 8, 0, 0], Ok(())),
        (configure, &[1, 2, 9, 0, 0], Err(ArrayLength)),
        (configure, &[1, 2, u32::MAX, 0, 0], Err(ArrayLength)),
        (attach, &[0, 1, 2], Ok(())),
        (attach, &[0, 1, 2, 3, 4], Ok(())),
        (attach, &[0, 1], Err(Truncated)),
        (surface, &[0], Err(Null)),
        (start_drag, &[0, 0, 0, 1], Err(Null)),
    ];
    for (signature, body, expected) in cases {
        let found = Args::parse(signature, &words(body)).map(|_| ());
        assert_eq!(found, *expected, "{} {body:x?}", signature.name);
    }
}

#[test]
fn access_by_index_and_kind() {
    let bytes = Builder::new(ObjectId(2), 0).uint(3).str(b"wl_seat").uint(9).new_id(ObjectId(4));
    let bytes = bytes.finish(Form::Program, 0).unwrap();
    let args = Args::parse(signature("wl_registry", Way::Request, "bind"), &bytes[8..]).unwrap();
    assert_eq!((args.len(), args.is_empty(), args.signature().name), (2, false, "bind"));
    assert_eq!(args.uint(0), Ok(3));
    assert_eq!(args.int(0), Err(WireError::Kind));
    assert_eq!(args.uint(2), Err(WireError::Index));
    assert_eq!(args.get(usize::MAX), Err(WireError::Index));
    let new = args.new_id(1).unwrap();
    assert_eq!(
        (new.id, new.interface, new.named),
        (ObjectId(4), by_name(b"wl_seat"), Some((&b"wl_seat"[..], 9)))
    );
    let keymap = signature("wl_keyboard", Way::Event, "keymap");
    let body = words(&[1, 4096]);
    let args: Vec<_> = Args::parse(keymap, &body).unwrap().iter().collect();
    assert_eq!(args, [Arg::Uint(1), Arg::Fd, Arg::Uint(4096)]);
}

#[test]
fn unknown_interfaces_can_be_bound() {
    let bytes = Builder::new(ObjectId(2), 0).uint(3).str(b"no_such").uint(9).new_id(ObjectId(4));
    let bytes = bytes.finish(Form::Program, 0).unwrap();
    let args = Args::parse(signature("wl_registry", Way::Request, "bind"), &bytes[8..]).unwrap();
    assert_eq!(args.new_id(1).unwrap().interface, None);
}

/// W3: the longest message passes, a longer one is refused.
#[test]
fn builder_limits() {
    let longest = vec![b'x'; MAX_MESSAGE - 8 - 4];
    let build = |array: &[u8]| Builder::new(ObjectId(1), 0).array(array).finish(Form::Program, 0);
    assert_eq!(build(&longest).unwrap().len(), MAX_MESSAGE);
    assert_eq!(build(&[longest.as_slice(), b"x"].concat()), Err(WireError::TooLong));
    assert_eq!(build(&vec![0; 200_000]), Err(WireError::TooLong));
    let string = Builder::new(ObjectId(1), 0).str(&longest).finish(Form::Program, 0);
    assert_eq!(string, Err(WireError::TooLong));
    assert_eq!(Builder::new(ObjectId(1), 2048).finish(Form::Program, 0), Err(WireError::Opcode));
    assert_eq!(Builder::new(ObjectId(1), 2047).finish(Form::Channel, 32), Err(WireError::Fds));
    let tagged = Builder::new(ObjectId(5), 1).finish(Form::Channel, 2).unwrap();
    assert_eq!(tagged, header(8, (2 << 11) | 1));
}

/// A value for any kind of argument.
#[derive(Clone, Debug)]
struct Values {
    word: u32,
    id: u32,
    text: Option<Vec<u8>>,
    bytes: Vec<u8>,
}

fn values() -> impl Strategy<Value = Values> {
    let text = proptest::option::of(vec(any::<u8>(), 0..40));
    (any::<u32>(), 1..u32::MAX, text, vec(any::<u8>(), 0..40)).prop_map(|(word, id, text, bytes)| Values {
        word,
        id,
        text,
        bytes,
    })
}

/// Puts one argument into the builder and says what must be read back.
fn put(build: Builder, kind: ArgKind, values: &Values) -> (Builder, Arg<'_>) {
    let id = ObjectId(values.id);
    match kind {
        ArgKind::Int => (build.int(values.word as i32), Arg::Int(values.word as i32)),
        ArgKind::Uint => (build.uint(values.word), Arg::Uint(values.word)),
        ArgKind::Fixed => {
            let value = Fixed(values.word as i32);
            (build.fixed(value), Arg::Fixed(value))
        }
        ArgKind::Str { nullable } => match &values.text {
            Some(text) => (build.str(text), Arg::Str(Some(text))),
            None if nullable => (build.null_str(), Arg::Str(None)),
            None => (build.str(b""), Arg::Str(Some(b""))),
        },
        ArgKind::Object { nullable } => {
            let id = if nullable && values.text.is_none() { ObjectId::NULL } else { id };
            (build.object(id), Arg::Object(id))
        }
        ArgKind::NewId(Some(interface)) => {
            (build.new_id(id), Arg::NewId(NewId { id, interface: Some(interface), named: None }))
        }
        ArgKind::NewId(None) => {
            let name = values.bytes.as_slice();
            let new = NewId { id, interface: by_name(name), named: Some((name, values.word)) };
            (build.str(name).uint(values.word).new_id(id), Arg::NewId(new))
        }
        ArgKind::Array => (build.array(&values.bytes), Arg::Array(&values.bytes)),
        ArgKind::Fd => (build, Arg::Fd),
    }
}

fn every_message() -> impl Iterator<Item = (&'static Interface, u16, &'static Signature)> {
    all().iter().flat_map(|interface| {
        [Way::Request, Way::Event].into_iter().flat_map(move |way| {
            (0..).map_while(move |opcode| Some((interface, opcode, interface.message(way, opcode)?)))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn built_messages_read_back(pool in vec(values(), MAX_ARGS), object in any::<u32>(), fds in 0_u8..32) {
        for (_, opcode, signature) in every_message() {
            let mut build = Builder::new(ObjectId(object), opcode);
            let mut expected = Vec::new();
            for (kind, values) in signature.args.iter().zip(&pool) {
                let (next, arg) = put(build, *kind, values);
                build = next;
                expected.push(arg);
            }
            let bytes = build.finish(Form::Channel, fds).unwrap();
            let header = Header::parse(&bytes, Form::Channel).unwrap();
            prop_assert_eq!(header, Header { object: ObjectId(object), opcode, fds, len: bytes.len() });
            let args = Args::parse(signature, &bytes[Header::SIZE..]).unwrap();
            let found: Vec<_> = args.iter().collect();
            prop_assert_eq!(&found, &expected, "{}", signature.name);
            // No message is valid when its last word is missing.
            if bytes.len() > Header::SIZE {
                let short = &bytes[Header::SIZE..bytes.len() - 4];
                prop_assert!(Args::parse(signature, short).is_err(), "{}", signature.name);
            }
        }
    }

    #[test]
    fn arbitrary_bodies_never_panic(body in vec(any::<u8>(), 0..100), small in vec(0_u32..20, 0..24)) {
        let small = words(&small);
        for (_, _, signature) in every_message() {
            for body in [&body, &small] {
                if let Ok(args) = Args::parse(signature, body) {
                    prop_assert_eq!(args.iter().count(), signature.args.len());
                }
            }
        }
    }
}
