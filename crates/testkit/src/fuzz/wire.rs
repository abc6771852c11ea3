//! Parsing alone: argument lists, messages, frames, headers.

use bytes::BytesMut;
use farway_proto::channel::{Deframer, Greeting};
use farway_proto::wayland::{Args, Form, Header, Line, Stream, Way, all};

use super::Input;

/// The arguments of any message of any interface, and what a log makes of them.
pub fn arguments(data: &[u8]) {
    let mut input = Input(data);
    let interfaces = all();
    let interface = &interfaces[input.word() as usize % interfaces.len()];
    let way = if input.byte() & 1 == 0 { Way::Request } else { Way::Event };
    let messages = interface.messages(way);
    if messages.is_empty() {
        return;
    }
    let opcode = usize::from(input.byte()) % messages.len();
    let signature = &messages[opcode];
    let body = input.take(70_000);
    if let Ok(args) = Args::parse(signature, body) {
        assert_eq!(args.iter().count(), args.len());
        for n in 0..=args.len() {
            let _ = (args.int(n), args.uint(n), args.fixed(n), args.object(n), args.str(n), args.array(n));
            let _ = args.new_id(n);
        }
    }
    let object = farway_proto::wayland::ObjectId(7);
    let header = Header { object, opcode: opcode as u16, fds: 0, len: body.len() + Header::SIZE };
    let _ = Line::new(way, Some(interface), header, body).to_string();
    let _ = Line::new(way, None, header, body).to_string();
}

/// The connection header and frames in pieces; what was read is written again, and is the same.
pub fn frames(data: &[u8]) {
    if let Some(header) = data.first_chunk::<16>() {
        if let Ok(greeting) = Greeting::parse(header) {
            let again = Greeting::parse(&greeting.to_bytes());
            assert!(again.is_ok_and(|again| again.negotiated() == greeting.negotiated()));
        }
    }
    for form in [Form::Program, Form::Channel] {
        let mut stream = Stream::new(form);
        for piece in data.chunks(37) {
            stream.push(piece);
            while let Ok(Some((header, message))) = stream.next() {
                assert_eq!(header.len, message.len());
            }
        }
    }
    let mut deframer = Deframer::new();
    for piece in data.chunks(61) {
        deframer.buffer().extend_from_slice(piece);
        loop {
            match deframer.next() {
                Ok(Some(frame)) => {
                    let mut written = BytesMut::new();
                    frame.put(&mut written);
                    assert_eq!(written.len(), frame.wire_len());
                    let mut reader = Deframer::new();
                    reader.buffer().extend_from_slice(&written);
                    assert_eq!(reader.next(), Ok(Some(frame)));
                }
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}
