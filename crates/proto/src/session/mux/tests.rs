//! Two sessions and a link that is cut anywhere.

use std::collections::BTreeMap;

use super::*;
use crate::session::frame::{CHUNK, HEADER};

mod cuts;

/// One end with its owner.
struct Party {
    session: Session,
    out: VecDeque<Bytes>,
    input: BytesMut,
    got: BTreeMap<u32, Vec<u8>>,
    ended: Vec<u32>,
    opened: Vec<(u32, Kind)>,
    messages: Vec<Message>,
    /// Bytes that the owner does not take yet, by stream.
    lazy: bool,
    waiting: Vec<(u32, usize)>,
}

impl Party {
    fn new(end: End) -> Self {
        Self::with(end, Config::default())
    }

    fn with(end: End, config: Config) -> Self {
        Self {
            session: Session::new(end, config),
            out: VecDeque::new(),
            input: BytesMut::new(),
            got: BTreeMap::new(),
            ended: Vec::new(),
            opened: Vec::new(),
            messages: Vec::new(),
            lazy: false,
            waiting: Vec::new(),
        }
    }

    fn listen(&mut self, now: Instant, bytes: &[u8]) -> Result<(), SessionError> {
        self.input.extend_from_slice(bytes);
        let result = self.session.on_link(now, &mut self.input);
        while let Some(event) = self.session.poll() {
            match event {
                Event::Opened(id, kind) => self.opened.push((id, kind)),
                Event::Data(id, bytes) => {
                    self.got.entry(id).or_default().extend_from_slice(&bytes);
                    self.waiting.push((id, bytes.len()));
                }
                Event::Finished(id) | Event::Reset(id) => self.ended.push(id),
                Event::Message(message) => self.messages.push(message),
            }
        }
        if !self.lazy {
            self.eat();
        }
        result
    }

    fn eat(&mut self) {
        for (id, count) in std::mem::take(&mut self.waiting) {
            self.session.consumed(id, count);
        }
    }

    fn speak(&mut self, now: Instant, most: usize) -> Vec<u8> {
        let mut guard = 0;
        while self.session.has_output(now) && self.out.iter().map(Bytes::len).sum::<usize>() < most {
            self.session.take_output(now, most, &mut self.out);
            guard += 1;
            assert!(guard < 10_000, "there is always something to send");
        }
        let mut bytes = Vec::new();
        while bytes.len() < most {
            let Some(mut piece) = self.out.pop_front() else { break };
            let count = piece.len().min(most - bytes.len());
            bytes.extend_from_slice(&piece.split_to(count));
            if !piece.is_empty() {
                self.out.push_front(piece);
            }
        }
        bytes
    }

    fn unlink(&mut self) {
        self.session.link_down();
        self.out.clear();
        self.input.clear();
    }
}

fn reconnect(now: Instant, near: &mut Party, far: &mut Party) {
    near.unlink();
    far.unlink();
    let (ours, theirs) = (near.session.positions(), far.session.positions());
    near.session.resume(now, &theirs).expect("resumes");
    far.session.resume(now, &ours).expect("resumes");
}

fn pair() -> (Party, Party) {
    let (mut near, mut far) = (Party::new(End::Near), Party::new(End::Far));
    near.session.link_up(Instant(1));
    far.session.link_up(Instant(1));
    (near, far)
}

/// Lets everything through that can go.
fn settle(near: &mut Party, far: &mut Party) {
    let now = Instant(2);
    for _ in 0..10_000 {
        let (one, other) = (near.speak(now, 1 << 20), far.speak(now, 1 << 20));
        if one.is_empty() && other.is_empty() {
            return;
        }
        far.listen(now, &one).expect("understood");
        near.listen(now, &other).expect("understood");
    }
    panic!("they never stop talking");
}

#[test]
fn bytes_arrive_and_streams_are_forgotten() {
    let (mut near, mut far) = pair();
    let id = near.session.open(Kind::Stdin).unwrap();
    near.session.write(id, Bytes::from_static(b"hello"));
    near.session.finish(id);
    near.session.send(Message::Signal("INT".into()));
    settle(&mut near, &mut far);
    assert_eq!(far.opened, [(id, Kind::Stdin)]);
    assert_eq!(far.got[&id], b"hello");
    assert_eq!(far.ended, [id]);
    assert_eq!(far.messages, [Message::Signal("INT".into())]);
    far.session.finish(id);
    settle(&mut near, &mut far);
    assert!(near.session.is_empty() && far.session.is_empty());
    assert_eq!(near.session.kept() + far.session.kept(), 0);
}

/// The link is cut after every number of bytes, in both directions: nothing is lost, nothing comes twice.
#[test]
fn a_cut_anywhere_loses_nothing() {
    for cut in 0..400 {
        let (mut near, mut far) = pair();
        let up = near.session.open(Kind::Stdin).unwrap();
        let down = far.session.open(Kind::Wayland).unwrap();
        near.session.write(up, Bytes::from_static(b"to the far end, in words"));
        near.session.finish(up);
        near.session.send(Message::Resize(super::super::words::Size { rows: 3, columns: 4 }));
        far.session.write(down, Bytes::from_static(b"to the near end"));
        far.session.write(down, Bytes::from_static(b", and more of it"));
        let now = Instant(2);
        let (one, other) = (near.speak(now, cut), far.speak(now, cut / 2));
        far.listen(now, &one).unwrap();
        near.listen(now, &other).unwrap();
        // What answers is lost on its way.
        near.speak(now, cut);
        far.speak(now, cut);
        reconnect(now, &mut near, &mut far);
        settle(&mut near, &mut far);
        assert_eq!(far.got[&up], b"to the far end, in words", "cut at {cut}");
        assert_eq!(near.got[&down], b"to the near end, and more of it", "cut at {cut}");
        assert_eq!((far.opened.len(), near.opened.len(), far.messages.len()), (1, 1, 1), "cut at {cut}");
        assert_eq!(far.ended, [up]);
        far.session.finish(up);
        near.session.finish(down);
        far.session.finish(down);
        settle(&mut near, &mut far);
        assert!(near.session.is_empty() && far.session.is_empty(), "cut at {cut}");
    }
}

/// The last acknowledgements are lost: neither end keeps a stream that the other has forgotten.
#[test]
fn a_cut_at_the_end_leaves_no_ghost() {
    for cut in 0..60 {
        let (mut near, mut far) = pair();
        let id = near.session.open(Kind::Wayland).unwrap();
        near.session.write(id, Bytes::from_static(b"x"));
        settle(&mut near, &mut far);
        near.session.finish(id);
        far.session.finish(id);
        let now = Instant(3);
        for _ in 0..3 {
            let (one, other) = (near.speak(now, cut), far.speak(now, 1000));
            far.listen(now, &one).unwrap();
            near.listen(now, &other).unwrap();
        }
        reconnect(now, &mut near, &mut far);
        settle(&mut near, &mut far);
        assert!(near.session.is_empty() && far.session.is_empty(), "cut at {cut}");
        assert_eq!((near.ended.as_slice(), far.ended.as_slice()), ([id].as_slice(), [id].as_slice()));
    }
}

#[test]
fn a_reset_survives_the_link() {
    let (mut near, mut far) = pair();
    let id = far.session.open(Kind::Wayland).unwrap();
    far.session.write(id, Bytes::from_static(b"pixels"));
    settle(&mut near, &mut far);
    near.unlink();
    far.unlink();
    near.session.reset(id);
    reconnect(Instant(5), &mut near, &mut far);
    settle(&mut near, &mut far);
    assert!(far.session.is_empty());
    assert_eq!(far.ended, [id]);
}

#[test]
fn memory_is_bounded_by_the_owner_s_pace() {
    let (mut near, mut far) = pair();
    near.lazy = true;
    let id = far.session.open(Kind::Wayland).unwrap();
    let mut written = 0;
    loop {
        let room = far.session.room(id);
        if room == 0 {
            let before = near.got.get(&id).map_or(0, Vec::len);
            settle(&mut near, &mut far);
            if near.got[&id].len() == before {
                break;
            }
            continue;
        }
        far.session.write(id, Bytes::from(vec![7; room]));
        written += room as u64;
    }
    let config = Config::default();
    assert_eq!(near.got[&id].len() as u64, config.window);
    assert!(written <= config.window + UNSENT_MAX);
    assert!(far.session.kept() <= config.window + UNSENT_MAX);
    near.lazy = false;
    near.eat();
    settle(&mut near, &mut far);
    assert_eq!(near.got[&id].len() as u64, written);
    assert_eq!(far.session.room(id) as u64, UNSENT_MAX);
}

#[test]
fn a_lost_link_makes_the_owner_wait() {
    let mut far = Party::with(End::Far, Config { kept: 1000, ..Config::default() });
    let id = far.session.open(Kind::Wayland).unwrap();
    assert_eq!(far.session.room(id) as u64, UNSENT_MAX);
    far.session.write(id, Bytes::from(vec![0; 1000]));
    assert_eq!(far.session.room(id), 0, "all streams together");
}

#[test]
fn small_messages_go_before_bulk() {
    let (mut near, mut far) = pair();
    let bulk = far.session.open(Kind::Wayland).unwrap();
    let key = far.session.open(Kind::Wayland).unwrap();
    far.session.write(bulk, Bytes::from(vec![1; 200_000]));
    let now = Instant(2);
    let first = far.speak(now, 4096);
    far.session.write(key, Bytes::from_static(b"key"));
    let rest = far.speak(now, 200_000);
    near.listen(now, &first).unwrap();
    let mut until = 0;
    for at in rest.chunks(512) {
        near.listen(now, at).unwrap();
        if near.got.contains_key(&key) {
            break;
        }
        until += at.len();
    }
    assert!(until <= 2 * (CHUNK + HEADER), "waited for {until} bytes");
}

#[test]
fn bulk_is_not_starved_by_many_small_ones() {
    let (mut near, mut far) = pair();
    let bulk = far.session.open(Kind::Wayland).unwrap();
    let chatter = far.session.open(Kind::Wayland).unwrap();
    settle(&mut near, &mut far);
    far.session.write(bulk, Bytes::from(vec![1; 100_000]));
    let now = Instant(2);
    let mut sent = 0;
    while near.got.get(&bulk).map_or(0, Vec::len) < 100_000 {
        far.session.write(chatter, Bytes::from(vec![2; 4000]));
        let bytes = far.speak(now, 4096);
        sent += bytes.len();
        near.listen(now, &bytes).unwrap();
        let back = near.speak(now, 4096);
        far.listen(now, &back).unwrap();
        assert!(sent < 1_000_000, "bulk does not move");
    }
}

#[test]
fn a_silent_link_is_dead_after_a_while() {
    let patience = Patience { silence: 60, busy: 10, idle: 200 };
    let mut far = Party::with(End::Far, Config { patience, ..Config::default() });
    far.session.link_up(Instant(0));
    assert_eq!(far.session.poll_timeout(), Some(Instant(200)), "nothing to send: no hurry");
    let id = far.session.open(Kind::Wayland).unwrap();
    far.session.write(id, Bytes::from_static(b"frame"));
    far.speak(Instant(5), 1000);
    assert_eq!(far.session.poll_timeout(), Some(Instant(10)));
    assert!(!far.speak(Instant(10), 1000).is_empty(), "a ping");
    assert_eq!(far.session.poll_timeout(), Some(Instant(70)));
    assert!(!far.session.is_dead(Instant(69)));
    assert!(far.session.is_dead(Instant(70)));
    assert!(!far.session.has_output(Instant(70)), "nobody waits for ever");
}

/// A link that takes nothing is silent, too, though the ping cannot be sent.
#[test]
fn a_full_link_dies_of_silence() {
    let patience = Patience { silence: 60, busy: 10, idle: 200 };
    let mut far = Party::with(End::Far, Config { patience, ..Config::default() });
    far.session.link_up(Instant(0));
    let id = far.session.open(Kind::Wayland).unwrap();
    far.session.write(id, Bytes::from_static(b"frame"));
    far.speak(Instant(5), 1000);
    far.session.ask(Instant(10));
    assert_eq!(far.session.poll_timeout(), Some(Instant(70)), "nobody waits for a time that has passed");
    assert!(far.session.has_output(Instant(11)));
    assert!(far.session.is_dead(Instant(70)));
}

/// What a new link is filled with goes after all else, counts like it, and means nothing.
#[test]
fn a_new_link_is_probed_once() {
    let probing = Config { probe: 16 << 10, ..Config::default() };
    let (mut near, mut far) = (Party::new(End::Near), Party::with(End::Far, probing));
    near.session.link_up(Instant(0));
    far.session.link_up(Instant(0));
    let id = far.session.open(Kind::Wayland).unwrap();
    far.session.write(id, Bytes::from_static(b"first"));
    let first = far.speak(Instant(0), 1 << 20);
    assert!((4 << 10..5 << 10).contains(&first.len()), "what there is to say, and one piece");
    let at = far.session.poll_timeout().unwrap();
    assert!(!far.session.has_output(Instant(at.0 - 1)) && far.session.has_output(at));
    let rest = far.speak(at, 1 << 20);
    assert!((16 << 10..17 << 10).contains(&(first.len() + rest.len())), "{}", rest.len());
    near.listen(at, &[first, rest].concat()).unwrap();
    assert_eq!((near.got[&id].as_slice(), near.opened.len()), (&b"first"[..], 1));
    let answer = near.speak(at, 1000);
    far.listen(at.after(1), &answer).unwrap();
    assert_eq!(far.session.in_flight().unwrap().0, 0, "all of it was counted");
    assert!(far.speak(at.after(2), 1000).len() < 100, "it is over");
    far.session.write(id, vec![1; 20 << 10].into());
    far.session.resume(at.after(3), &near.session.positions()).unwrap();
    let said = far.speak(at.after(4), 1 << 20).len();
    assert!(said < 21 << 10, "what there is to say is enough: {said}");
}

#[test]
fn an_answered_ping_measures_the_way() {
    let (mut near, mut far) = pair();
    let at = near.session.poll_timeout().unwrap();
    let ping = near.speak(at, 1000);
    far.listen(at, &ping).unwrap();
    let pong = far.speak(at, 1000);
    near.listen(at.after(77), &pong).unwrap();
    assert_eq!(near.session.round_trip(), Some(77));
}

#[test]
fn a_peer_is_not_believed() {
    let now = Instant(2);
    let says = |frames: &[Frame]| {
        let (mut near, mut far) = pair();
        far.session.open(Kind::Wayland);
        settle(&mut near, &mut far);
        let mut bytes = BytesMut::new();
        frames.iter().for_each(|frame| frame.put(&mut bytes));
        far.listen(now, &bytes)
    };
    let data = |id| Frame::Data(id, Bytes::from_static(b"x"));
    let credit = |stream, received| Frame::Credit { stream, received, limit: 0 };
    assert_eq!(says(&[data(1)]), Err(SessionError::Stream(1)), "never opened");
    assert_eq!(says(&[data(4)]), Err(SessionError::Stream(4)), "not opened by us either");
    assert_eq!(says(&[credit(2, 9)]), Err(SessionError::Step(2)), "received what was not sent");
    assert_eq!(says(&[Frame::Finish(2), Frame::Finish(2)]), Err(SessionError::Step(2)));
    assert_eq!(says(&[Frame::Finish(2), data(2)]), Err(SessionError::Window(2)));
    let open = |id| Frame::Data(0, Record::Open(id, Kind::Stdin).to_bytes());
    assert_eq!(says(&[open(1)]), Ok(()));
    assert_eq!(says(&[open(3)]), Err(SessionError::Stream(3)), "out of turn");
    assert_eq!(says(&[open(1), open(1)]), Err(SessionError::Stream(1)));
    assert_eq!(says(&[Frame::Data(0, Record::Reset(8, 0).to_bytes())]), Err(SessionError::Stream(8)));
    let flood: Vec<Frame> = (0..300).map(|_| Frame::Data(2, Bytes::from(vec![0; 64 << 10]))).collect();
    assert_eq!(says(&flood), Err(SessionError::Window(2)));
}

/// Both ends may open the last stream at the same time: none is to blame, and one of them is given up.
#[test]
fn one_stream_too_many_is_given_up() {
    let config = || Config { streams: 2, ..Config::default() };
    let (mut near, mut far) = (Party::with(End::Near, config()), Party::with(End::Far, config()));
    near.session.link_up(Instant(1));
    far.session.link_up(Instant(1));
    let first = near.session.open(Kind::Stdin).unwrap();
    settle(&mut near, &mut far);
    let (ours, theirs) = (near.session.open(Kind::Stdin).unwrap(), far.session.open(Kind::Wayland).unwrap());
    assert_eq!(far.session.open(Kind::Wayland), None);
    near.session.write(ours, Bytes::from_static(b"for nobody"));
    settle(&mut near, &mut far);
    assert_eq!((near.ended.as_slice(), far.ended.as_slice()), ([ours].as_slice(), [theirs].as_slice()));
    assert!(near.session.has(first) && far.session.has(first));
    assert_eq!((near.session.len(), far.session.len(), near.session.kept()), (1, 1, 0));
}

/// Whoever opens streams without end, and does not hear that they are given up, costs no more than a bound.
#[test]
fn openings_without_end_are_an_error() {
    let mut far = Party::with(End::Far, Config { streams: 1, ..Config::default() });
    far.session.link_up(Instant(1));
    let now = Instant(2);
    let mut result = Ok(());
    let mut id = 1;
    while result.is_ok() && id < 4_000_000 {
        let mut bytes = BytesMut::new();
        for _ in 0..1000 {
            Frame::Data(0, Record::Open(id, Kind::Stdin).to_bytes()).put(&mut bytes);
            id += 2;
        }
        result = far.listen(now, &bytes);
        far.speak(now, 1 << 20);
    }
    assert_eq!(result, Err(SessionError::Streams));
    assert_eq!(far.opened.len(), 1);
}

/// Many streams together may not carry more than is allowed for all.
#[test]
fn windows_are_bounded_together() {
    let config = Config { windows: 10 << 20, ..Config::default() };
    let (mut near, mut far) = (Party::with(End::Near, config), Party::new(End::Far));
    near.lazy = true;
    near.session.link_up(Instant(1));
    far.session.link_up(Instant(1));
    let ids: Vec<u32> = (0..8).map(|_| far.session.open(Kind::Wayland).unwrap()).collect();
    for id in &ids {
        far.session.write(*id, Bytes::from(vec![1; 5 << 20]));
    }
    settle(&mut near, &mut far);
    let got: Vec<u64> = ids.iter().map(|id| near.got[id].len() as u64).collect();
    let (large, small) = (4 << 20, FIRST_WINDOW);
    assert_eq!(got, [large, large, small, small, small, small, small, small]);
    near.session.reset(ids[0]);
    let id = far.session.open(Kind::Wayland).unwrap();
    far.session.write(id, Bytes::from(vec![1; 5 << 20]));
    settle(&mut near, &mut far);
    assert_eq!(near.got[&id].len(), 4 << 20, "what was given up makes room");
}

/// A resumption that is refused changes nothing: the next one may be true.
#[test]
fn a_lie_about_one_stream_changes_no_other() {
    let (mut near, mut far) = pair();
    let ids: Vec<u32> = (0..3).map(|_| near.session.open(Kind::Stdin).unwrap()).collect();
    for id in &ids {
        near.session.write(*id, Bytes::from_static(b"some bytes"));
    }
    settle(&mut near, &mut far);
    near.unlink();
    far.unlink();
    let truth = far.session.positions();
    for liar in 0..truth.len() {
        for received in [u64::MAX, truth[liar].received + 1] {
            let mut lie = truth.clone();
            lie[liar].received = received;
            let (kept, positions) = (near.session.kept(), near.session.positions());
            assert_eq!(near.session.resume(Instant(3), &lie), Err(SessionError::Step(truth[liar].stream)));
            assert_eq!((near.session.kept(), near.session.positions()), (kept, positions));
            assert!(!near.session.is_linked());
        }
    }
    near.session.write(ids[1], Bytes::from_static(b" and more"));
    reconnect(Instant(4), &mut near, &mut far);
    settle(&mut near, &mut far);
    assert_eq!(
        (far.got[&ids[0]].as_slice(), far.got[&ids[1]].as_slice()),
        (b"some bytes".as_slice(), b"some bytes and more".as_slice())
    );
}

/// Records that the peer does not let go keep streams back, and then there is nothing to write.
#[test]
fn nothing_is_promised_that_cannot_go() {
    let (mut near, mut far) = pair();
    let id = near.session.open(Kind::Stdin).unwrap();
    settle(&mut near, &mut far);
    let many = FIRST_WINDOW as usize / 100;
    (0..many).for_each(|_| near.session.send(Message::Note("x".repeat(100))));
    near.session.write(id, Bytes::from_static(b"waits"));
    let now = Instant(2);
    let said = near.speak(now, 1 << 20);
    assert!(said.len() > 2 * CHUNK);
    assert!(!near.session.has_output(now), "the driver would spin");
    far.listen(now, &said).unwrap();
    settle(&mut near, &mut far);
    assert_eq!((far.got[&id].as_slice(), far.messages.len()), (b"waits".as_slice(), many));
}

#[test]
fn what_a_later_version_says_is_skipped() {
    let (mut near, mut far) = pair();
    let mut records = BytesMut::new();
    for (kind, content) in [(9_u8, b"??".as_slice()), (3, b"\"new-thing\""), (3, b"{\"newer\":{\"a\":1}}")] {
        records.extend_from_slice(&[kind]);
        records.extend_from_slice(&(content.len() as u32).to_le_bytes());
        records.extend_from_slice(content);
    }
    let mut bytes = BytesMut::from([77, 3, 0, 0, 0, 0, 0, 0, 1, 2, 3].as_slice());
    Frame::Data(0, records.freeze()).put(&mut bytes);
    far.listen(Instant(2), &bytes).expect("skipped");
    assert_eq!(far.messages.first(), Some(&Message::Unknown));
    near.session.send(Message::End);
    // The stream of records is out of step now, as its sender did not count them; a fresh pair is not.
    let (mut near, mut far) = pair();
    near.session.send(Message::End);
    settle(&mut near, &mut far);
    assert_eq!(far.messages, [Message::End]);
}

#[test]
fn a_stream_can_be_taken_out_with_what_is_left() {
    let (mut near, mut far) = pair();
    let id = far.session.open(Kind::Stdout).unwrap();
    far.session.write(id, Bytes::from_static(b"seen"));
    settle(&mut near, &mut far);
    // The acknowledgement of so little comes with the next ping.
    let ping = far.session.poll_timeout().unwrap();
    let bytes = far.speak(ping, 1000);
    near.listen(ping, &bytes).unwrap();
    let bytes = near.speak(ping, 1000);
    far.listen(ping, &bytes).unwrap();
    assert!(far.session.is_settled());
    far.unlink();
    far.session.write(id, Bytes::from_static(b"unseen"));
    far.session.finish(id);
    let (rest, ended) = far.session.take_over(id).unwrap();
    assert_eq!((rest, ended), (VecDeque::from([Bytes::from_static(b"unseen")]), true));
    assert_eq!(far.session.kept(), 0);
}

/// Wild orders of everything, by seed.
#[test]
fn wild_orders() {
    for seed in 0..300_u64 {
        wild(seed);
    }
}

/// A small generator: the crate has no other need of random numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn wild(seed: u64) {
    let mut dice = Dice(seed);
    let (mut near, mut far) = pair();
    let (mut wrote, mut now) = ([BTreeMap::new(), BTreeMap::new()], 10);
    for _ in 0..200 {
        now += dice.below(1_000_000_000);
        let at = Instant(now);
        let near_s = dice.below(2) == 0;
        let (one, other) = if near_s { (&mut near, &mut far) } else { (&mut far, &mut near) };
        let mine: &mut BTreeMap<u32, Vec<u8>> = &mut wrote[usize::from(near_s)];
        match dice.below(10) {
            0 if one.session.len() < 10 => {
                let id = one.session.open(Kind::Wayland).unwrap();
                mine.insert(id, Vec::new());
            }
            1..=3 => {
                let live: Vec<u32> = (1..40).filter(|id| one.session.has(*id)).collect();
                let Some(id) = live.get(dice.below(live.len().max(1) as u64) as usize) else { continue };
                let bytes = vec![dice.below(256) as u8; dice.below(30_000) as usize];
                mine.entry(*id).or_default().extend_from_slice(&bytes);
                one.session.write(*id, Bytes::from(bytes));
            }
            4..=8 => {
                let bytes = one.speak(at, dice.below(40_000) as usize);
                other.listen(at, &bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            }
            _ => reconnect(at, &mut near, &mut far),
        }
    }
    reconnect(Instant(now), &mut near, &mut far);
    settle(&mut near, &mut far);
    for (party, sent) in [(&near, &wrote[0]), (&far, &wrote[1])] {
        for (id, bytes) in sent.iter().filter(|(_, bytes)| !bytes.is_empty()) {
            assert!(party.got.get(id) == Some(bytes), "seed {seed}, stream {id}");
        }
    }
}
