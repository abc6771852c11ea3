use std::time::Duration;

use bytes::Bytes;
use farway_proto::Rid;
use farway_proto::engine::PipeEvent;
use farway_sys::event::PollSet;
use farway_sys::pipe::{PipeWriter, pipe};

use super::Pipes;

/// One turn; false if nothing was ready.
fn turn(pipes: &mut Pipes, events: &mut Vec<(Rid, PipeEvent)>) -> bool {
    let mut polls = PollSet::new();
    pipes.poll(&mut polls, true);
    let ready = polls.wait(Some(Duration::ZERO)).expect("waits");
    pipes.turn(&polls, events);
    ready > 0
}

/// A paste that its reader cancels while the pipe is full must not be found ready for ever.
#[test]
fn a_finished_pipe_whose_reader_left_is_gone() {
    let (read, write) = pipe().expect("a pipe");
    let (mut pipes, mut events) = (Pipes::default(), Vec::new());
    pipes.write_to(Rid(1), PipeWriter::new(write));
    pipes.write(Rid(1), Bytes::from(vec![7; 4 << 20]));
    pipes.finish(Rid(1));
    while turn(&mut pipes, &mut events) {}
    assert!(pipes.is_writing(), "the pipe is full");
    drop(read);
    events.clear();
    assert!(turn(&mut pipes, &mut events));
    assert!(matches!(events[..], [(Rid(1), PipeEvent::Broken)]));
    assert!(!turn(&mut pipes, &mut events) && !pipes.is_writing());
}
