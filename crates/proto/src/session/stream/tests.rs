//! One stream by itself.

use std::collections::VecDeque;

use bytes::Bytes;

use super::*;

fn pieces(sending: &mut Sending, most: usize) -> Vec<u8> {
    let mut out = VecDeque::new();
    let count = sending.take(most, &mut out);
    let bytes: Vec<u8> = out.iter().flatten().copied().collect();
    assert_eq!(bytes.len(), count);
    bytes
}

#[test]
fn what_is_not_acknowledged_is_sent_again() {
    let mut sending = Sending::new(100);
    sending.push(Bytes::from_static(b"one "));
    sending.push(Bytes::from_static(b"two "));
    sending.push(Bytes::from_static(b"three"));
    assert_eq!(pieces(&mut sending, 6), b"one tw");
    assert!(sending.acknowledge(2, 100));
    assert!(sending.can_resume(3));
    sending.resume(3);
    assert_eq!(pieces(&mut sending, 100), b" two three");
    assert!(sending.can_resume(5), "nothing was lost but what is said");
    sending.resume(5);
    assert!(!sending.can_resume(4), "what was received cannot be lost");
    assert_eq!(pieces(&mut sending, 100), b"wo three");
}

#[test]
fn nothing_can_be_received_that_was_not_sent() {
    let mut sending = Sending::new(100);
    sending.push(Bytes::from_static(b"hello"));
    pieces(&mut sending, 2);
    assert!(!sending.acknowledge(3, 100));
    assert!(!sending.acknowledge(6, 100), "nor the end that did not come");
    assert!(sending.acknowledge(2, 100));
    sending.finish();
    assert!(!sending.acknowledge(6, 100), "nor bytes and the end before they are sent");
    assert!(!sending.can_resume(6));
    pieces(&mut sending, 3);
    assert!(!sending.acknowledge(6, 100), "nor the end before it is sent");
    sending.finish_was_sent();
    assert!(!sending.acknowledge(7, 100));
    assert!(sending.acknowledge(6, 100) && sending.is_over());
}

#[test]
fn the_limit_is_the_peer_s() {
    let mut sending = Sending::new(3);
    sending.push(Bytes::from_static(b"hello"));
    assert_eq!(pieces(&mut sending, 100), b"hel");
    assert_eq!(sending.sendable(), 0);
    assert!(sending.acknowledge(1, 4));
    assert_eq!(pieces(&mut sending, 100), b"l");
    assert!(sending.acknowledge(1, 2), "a limit that was given stays");
    assert_eq!(sending.kept(), 4);
}

#[test]
fn the_end_is_repeated_like_a_byte() {
    let mut sending = Sending::new(100);
    sending.push(Bytes::from_static(b"x"));
    sending.finish();
    assert!(!sending.is_finish_due());
    pieces(&mut sending, 100);
    assert!(sending.is_finish_due());
    sending.finish_was_sent();
    assert!(!sending.is_finish_due());
    sending.resume(1);
    assert!(sending.is_finish_due());
    sending.finish_was_sent();
    assert!(sending.is_under_way());
    sending.resume(2);
    assert!(!sending.can_resume(1), "nor the end that was received");
    assert!(sending.is_over() && !sending.is_finish_due());
}

#[test]
fn credits_follow_the_owner() {
    let mut receiving = Receiving::new(10, 100);
    assert!(receiving.is_credit_due(), "the window is larger than what both ends assume");
    assert_eq!(receiving.credit(), (0, 100));
    assert!(receiving.take(60));
    assert!(!receiving.is_credit_due(), "the owner has not moved");
    receiving.consume(60);
    assert_eq!(receiving.credit(), (60, 160));
    assert!(receiving.take(100));
    assert!(!receiving.take(1), "more than it may");
}
