use super::*;
use crate::event::{Interest, PollSet};
use crate::testing::{is_cloexec, is_nonblocking};
use std::sync::atomic::AtomicU32;
use std::time::Duration;

fn is_awake(receiver: &WakeReceiver) -> bool {
    let mut set = PollSet::new();
    set.add(receiver.as_fd(), Interest::READ);
    set.wait(Some(Duration::ZERO)).unwrap() == 1
}

#[test]
fn wakes_coalesce() {
    let (waker, receiver) = waker().unwrap();
    assert!(is_cloexec(&receiver) && is_nonblocking(&receiver));
    assert!(!is_awake(&receiver));
    receiver.drain();
    for _ in 0..3 {
        for _ in 0..100_000 {
            waker.wake();
        }
        assert!(is_awake(&receiver));
        receiver.drain();
        assert!(!is_awake(&receiver));
    }
}

#[test]
fn no_wake_is_lost() {
    let (waker, receiver) = waker().unwrap();
    let work = Arc::new(AtomicU32::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (waker, work) = (waker.clone(), Arc::clone(&work));
            std::thread::spawn(move || {
                for _ in 0..5000 {
                    work.fetch_add(1, Ordering::Relaxed);
                    waker.wake();
                }
            })
        })
        .collect();
    let (mut seen, mut set) = (0, PollSet::new());
    while seen < 15000 {
        set.clear();
        set.add(receiver.as_fd(), Interest::READ);
        assert_eq!(set.wait(Some(Duration::from_secs(60))).unwrap(), 1, "a wake was lost after {seen}");
        receiver.drain();
        seen += work.swap(0, Ordering::Relaxed);
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn the_receiver_may_go_first() {
    crate::testing::default_sigpipe();
    let (waker, receiver) = waker().unwrap();
    drop(receiver);
    waker.wake();
}
