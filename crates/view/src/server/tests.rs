use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use farway_proto::wayland::{Builder, Form, Header, ObjectId};
use farway_sys::net::listen_unix;

use super::*;
use crate::backend::headless::Headless;

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// Asks for the registry and waits for the answer to a sync after it; how many globals came.
fn globals(stream: &mut UnixStream) -> usize {
    let ask = |opcode, id| Builder::new(ObjectId(1), opcode).new_id(ObjectId(id)).finish(Form::Program, 0);
    stream.write_all(&ask(1, 2).expect("fits")).expect("connected");
    stream.write_all(&ask(0, 3).expect("fits")).expect("connected");
    let mut count = 0;
    loop {
        let mut head = [0; 8];
        stream.read_exact(&mut head).expect("an answer");
        let header = Header::parse(&head, Form::Program).expect("a header");
        let mut body = vec![0; header.len - 8];
        stream.read_exact(&mut body).expect("its rest");
        match header.object.0 {
            2 => count += 1,
            3 => return count,
            1 => assert_eq!(word(&body, 0), 3),
            other => panic!("an event for {other}"),
        }
    }
}

#[test]
fn clients_come_through_the_socket_and_by_hand() {
    let path = std::env::temp_dir().join(format!("farway-view-test-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = listen_unix(&path, 8).expect("a socket");
    let (server, handle) = Server::new(Config::default(), Box::new(Headless), Some(listener)).expect("room");
    let thread = std::thread::spawn(move || server.run());
    let mut one = UnixStream::connect(&path).expect("it listens");
    assert!(globals(&mut one) > 8);
    let (mut two, end) = UnixStream::pair().expect("room");
    handle.adopt(end.into());
    assert!(globals(&mut two) > 8);
    assert_eq!(handle.ask(|compositor, _| compositor.clients.len()), Ok(2));
    // Garbage ends the one and leaves the other.
    one.write_all(&[0xff; 64]).expect("connected");
    let mut rest = Vec::new();
    one.read_to_end(&mut rest).expect("an error, and the end");
    // After the `delete_id` of the sync.
    assert_eq!((word(&rest, 12), rest[16]), (1, 0));
    let ask = Builder::new(ObjectId(1), 0).new_id(ObjectId(4)).finish(Form::Program, 0).expect("fits");
    two.write_all(&ask).expect("connected");
    let mut done = [0; 24];
    two.read_exact(&mut done).expect("an answer");
    handle.stop();
    thread.join().expect("no panic").expect("no error");
    assert!(!path.exists());
    assert_eq!(handle.ask(|_, _| ()), Err(Ended));
}
