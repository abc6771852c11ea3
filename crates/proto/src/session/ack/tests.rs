//! When what came is told of.

use super::*;

const MS: u64 = 1_000_000;

#[test]
fn an_idle_link_says_nothing() {
    let mut acks = Acks::default();
    assert_eq!((acks.has_news(), acks.due(MS)), (false, None));
    acks.take(Instant(10), 100);
    assert_eq!(acks.due(MS), Some(Instant(10).after(16 * MS)), "so little can wait");
    assert_eq!(acks.due(100 * MS), Some(Instant(10).after(LONGEST)));
    let told = acks.tell(Instant(10 + 3 * MS));
    assert_eq!(told, Frame::Arrived { delay: 3000, received: 100, at: 10 });
    assert_eq!((acks.has_news(), acks.due(MS)), (false, None), "nothing is told twice");
}

#[test]
fn more_is_told_sooner() {
    let mut acks = Acks::default();
    acks.take(Instant(10), FEWEST);
    assert_eq!(acks.due(MS), Some(Instant(10)), "the link is new");
    acks.take(Instant(20), 100 << 20);
    acks.tell(Instant(20 + 2 * MS));
    acks.take(Instant(30), FEWEST);
    acks.take(Instant(40), FEWEST);
    assert_eq!(acks.due(MS), Some(Instant(30).after(MS)), "the first one waits the longest");
    acks.take(Instant(50), MOST);
    assert_eq!(acks.due(MS), Some(Instant(30)));
}
