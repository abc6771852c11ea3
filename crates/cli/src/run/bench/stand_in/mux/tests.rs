use super::*;

const MS: u64 = 1_000_000;

fn records(outgoing: &mut Outgoing, incoming: &mut Incoming, now: u64) -> Vec<Record> {
    while let Some(bytes) = outgoing.arrived(now) {
        incoming.push(&bytes);
    }
    std::iter::from_fn(|| incoming.next()).collect()
}

#[test]
fn records_arrive_whole_and_in_order_after_half_a_round_trip() {
    let profile: LinkProfile = "10ms,100Mbit".parse().expect("a link");
    let (mut outgoing, mut incoming) = (Outgoing::new(&profile), Incoming::default());
    let all = [
        Record::Open(3, 0),
        Record::Data(3, Bytes::from(vec![7; 5000])),
        Record::Window(0, 96 << 10),
        Record::End(3),
        Record::Reset(4),
        Record::Exit(9),
    ];
    all.iter().for_each(|record| outgoing.say(0, record));
    assert_eq!(records(&mut outgoing, &mut incoming, 4 * MS), []);
    let mut seen = records(&mut outgoing, &mut incoming, 5 * MS + 100_000);
    assert!(seen.len() < all.len(), "5000 bytes take 0.4 ms at this rate");
    seen.extend(records(&mut outgoing, &mut incoming, 6 * MS));
    assert_eq!(seen, all);
    assert_eq!(outgoing.carried(), 6 * HEAD as u64 + 5000);
}

#[test]
fn a_full_buffer_gives_no_room_until_it_has_drained() {
    let profile: LinkProfile = "10ms,1Mbit,buffer=20KiB".parse().expect("a link");
    let mut outgoing = Outgoing::new(&profile);
    while outgoing.room(0) > 0 {
        let len = outgoing.room(0);
        outgoing.say(0, &Record::Data(0, vec![1; len].into()));
    }
    // Small words are never lost, they wait.
    outgoing.say(0, &Record::Window(0, 1));
    assert_eq!(outgoing.room(0), 0);
    let wakes = outgoing.wakes(0).expect("something is on its way");
    assert!(wakes > 0 && wakes <= 20 * MS);
    assert!(outgoing.room(200 * MS) > 0);
}

#[test]
fn credit_is_spent_and_given_back() {
    let (mut sender, mut receiver) = (Credit::default(), Credit::default());
    sender.spend(WINDOW);
    assert_eq!(sender.left(), 0);
    assert_eq!(receiver.take(NOTICE - 1), None);
    let told = receiver.take(1).expect("enough to say so");
    sender.refill(told);
    assert_eq!(sender.left(), NOTICE);
    sender.refill(u32::MAX);
    assert_eq!(sender.left(), WINDOW, "never more than a window");
}
