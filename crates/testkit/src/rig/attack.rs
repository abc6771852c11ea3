//! Wrong bytes on the channel, and what has to come of them.
//!
//! Not a fuzzer: each entry is one rule of the channel that a peer may break. Invariant: bytes are built for the side
//! that receives them, because remote ids of the two sides differ in sign.

use bytes::{BufMut, BytesMut};
use farway_proto::Rid;
use farway_proto::channel::{Frame, Update, kind};

/// A list of frames that ends with a wrong one.
#[derive(Clone, Debug)]
pub struct Attack {
    /// The row of the checklist and what is wrong.
    pub name: &'static str,
    /// The bytes, behind header and `Version`.
    pub bytes: Vec<u8>,
    /// The receiver may go on.
    pub harmless: bool,
}

/// Ids of the side that attacks: a file of 4096 bytes and a pipe, both opened before.
const FILE: i32 = 1;
const PIPE: i32 = 2;

/// Bytes of the file.
pub const FILE_SIZE: u32 = 4096;

/// Frames built one after another, for an attacker whose ids have this sign.
struct Frames {
    sign: i32,
    out: BytesMut,
}

impl Frames {
    fn new(sign: i32) -> Self {
        let mut frames = Self { sign, out: BytesMut::new() };
        let (file, pipe) = (frames.rid(FILE), frames.rid(PIPE));
        frames.put(&Frame::OpenFile { rid: file, size: FILE_SIZE });
        frames.put(&Frame::OpenReadPipe(pipe));
        frames
    }

    fn rid(&self, id: i32) -> Rid {
        Rid(self.sign * id)
    }

    fn put(&mut self, frame: &Frame) {
        frame.put(&mut self.out);
    }

    fn fill(&mut self, id: i32, start: u32, end: u32, payload: &[u8]) {
        let payload = payload.to_vec().into();
        self.put(&Frame::Update(self.rid(id), Update::Fill { start, end, payload }));
    }

    /// A diff of these segments (first word, one past the last word, words that are there) and tail.
    fn diff(&mut self, segments: &[(u32, u32, usize)], tail: usize) {
        let mut payload = Vec::new();
        for (from, to, words) in segments {
            payload.put_u32_le(*from);
            payload.put_u32_le(*to);
            payload.extend(std::iter::repeat_n(7, words * 4));
        }
        let diff_size = payload.len() as u32;
        payload.extend(std::iter::repeat_n(9, tail));
        self.raw_diff(diff_size, tail as u32, payload);
    }

    fn raw_diff(&mut self, diff_size: u32, ntrailing: u32, payload: Vec<u8>) {
        let payload = payload.into();
        self.put(&Frame::Update(self.rid(FILE), Update::Diff { diff_size, ntrailing, payload }));
    }

    /// A frame of any type and stated length.
    fn raw(&mut self, kind: u8, length: u32, body: &[u8]) {
        self.out.put_u32_le(length << 5 | u32::from(kind));
        self.out.put_slice(body);
    }
}

type Build = fn(&mut Frames);

/// What must end a connection without compression. `sign` is 1 for an attacker that plays the server, -1 for one that
/// plays the client.
pub fn attacks(sign: i32) -> Vec<Attack> {
    let wrong = DIFFS.iter().chain(IDS).chain(SIZES).chain(FRAMES).map(|entry| (entry, false));
    let all = wrong.chain(HARMLESS.iter().map(|entry| (entry, true)));
    let mut attacks: Vec<_> = all
        .map(|((name, build), harmless)| {
            let mut frames = Frames::new(sign);
            build(&mut frames);
            Attack { name, bytes: frames.out.to_vec(), harmless }
        })
        .collect();
    for kind in (24..32).chain([4, 9, 13, 14, 15, 17, 19, 20, 21, 22]) {
        let mut frames = Frames::new(sign);
        let mut body = vec![0; 76];
        body[..4].copy_from_slice(&(sign * 3).to_le_bytes());
        frames.raw(kind, 80, &body);
        attacks.push(Attack {
            name: "an unknown or never agreed type",
            bytes: frames.out.to_vec(),
            harmless: false,
        });
    }
    attacks
}

const DIFFS: &[(&str, Build)] = &[
    ("X5 segment ends before it starts", |f| f.diff(&[(9, 8, 1)], 0)),
    ("X5 empty segment", |f| f.diff(&[(9, 9, 0)], 0)),
    ("X5 segment beyond the end", |f| f.diff(&[(1023, 1025, 2)], 0)),
    ("X5 segment far beyond the end", |f| f.diff(&[(u32::MAX - 1, u32::MAX, 1)], 0)),
    ("X5 segment longer than the payload", |f| f.diff(&[(0, 8, 7)], 0)),
    ("X5 half a segment header", |f| f.raw_diff(4, 0, vec![0; 4])),
    ("X5 diff size not in words", |f| f.raw_diff(13, 0, vec![0; 13])),
    ("X5 second segment wrong", |f| f.diff(&[(0, 1, 1), (5, 5, 0)], 0)),
    ("X5 tail longer than the file", |f| f.diff(&[], 4097)),
    ("X5 payload shorter than stated", |f| f.raw_diff(12, 0, vec![0; 11])),
    ("X5 payload longer than stated", |f| f.raw_diff(12, 1, vec![0; 20])),
    ("X5 fill that ends before it starts", |f| f.fill(FILE, 64, 0, &[])),
    ("X5 fill beyond the end", |f| f.fill(FILE, 4000, 4097, &[1; 97])),
    ("X5 fill with less than it says", |f| f.fill(FILE, 0, 64, &[1; 63])),
    ("X6 fill of 4 GiB", |f| f.fill(FILE, 0, u32::MAX, &[1; 64])),
    ("X6 diff of 4 GiB", |f| f.raw_diff(u32::MAX - 3, 3, vec![0; 64])),
    ("X6 diff and tail that wrap around", |f| f.raw_diff(u32::MAX, 13, vec![0; 12])),
];

const IDS: &[(&str, Build)] = &[
    ("X7 file opened twice", |f| f.put(&Frame::OpenFile { rid: f.rid(FILE), size: 64 })),
    ("X7 file opened as a pipe", |f| f.put(&Frame::OpenReadPipe(f.rid(FILE)))),
    ("X7 file with an id of the other side", |f| f.put(&Frame::OpenFile { rid: f.rid(-9), size: 64 })),
    ("X7 pipe with an id of the other side", |f| f.put(&Frame::OpenReadPipe(f.rid(-9)))),
    ("X7 id zero", |f| f.put(&Frame::OpenFile { rid: Rid(0), size: 64 })),
    ("X7 content for an id that was never opened", |f| f.fill(77, 0, 4, &[0; 4])),
    ("X7 content for an id that the other side never opened", |f| f.fill(-77, 0, 4, &[0; 4])),
    ("X7 growth of an id that was never opened", |f| {
        f.put(&Frame::ExtendFile { rid: f.rid(77), size: 8192 });
    }),
    ("X7 content for a pipe", |f| f.fill(PIPE, 0, 4, &[0; 4])),
    ("X7 growth of a pipe", |f| f.put(&Frame::ExtendFile { rid: f.rid(PIPE), size: 8192 })),
    ("X7 pipe data for a file", |f| {
        f.put(&Frame::PipeTransfer(f.rid(FILE), vec![1; 4].into()));
    }),
    ("X7 pipe data in the wrong direction", |f| {
        f.put(&Frame::PipeTransfer(f.rid(PIPE), vec![1; 4].into()));
    }),
    ("X7 wrong end of a pipe shut down", |f| f.put(&Frame::PipeShutdownW(f.rid(PIPE)))),
    ("X7 id injected that was never opened", |f| f.put(&Frame::InjectRids(vec![f.rid(77)]))),
    ("X7 id injected twice", |f| f.put(&Frame::InjectRids(vec![f.rid(FILE), f.rid(FILE)]))),
    ("X7 id of the other side injected", |f| f.put(&Frame::InjectRids(vec![f.rid(-1)]))),
];

const SIZES: &[(&str, Build)] = &[
    ("X8 growth to less", |f| f.put(&Frame::ExtendFile { rid: f.rid(FILE), size: 4095 })),
    ("X8 growth to 2 GiB", |f| f.put(&Frame::ExtendFile { rid: f.rid(FILE), size: 1 << 31 })),
    ("X8 file of 2 GiB", |f| f.put(&Frame::OpenFile { rid: f.rid(9), size: 1 << 31 })),
    ("X8 file of 4 GiB", |f| f.put(&Frame::OpenFile { rid: f.rid(9), size: u32::MAX })),
    ("files of 2 GiB without end", |f| {
        (10..5000).for_each(|id| f.put(&Frame::OpenFile { rid: f.rid(id), size: (1 << 31) - 1 }));
    }),
    ("pipes without end", |f| (10..20_000).for_each(|id| f.put(&Frame::OpenReadPipe(f.rid(id))))),
];

const FRAMES: &[(&str, Build)] = &[
    ("length 0", |f| f.raw(kind::PROTOCOL, 0, &[])),
    ("length 3", |f| f.raw(kind::PROTOCOL, 3, &[])),
    ("ids of which one is cut", |f| f.raw(kind::INJECT_RIDS, 6, &[1, 0, 0, 0])),
    ("open without a size", |f| f.raw(kind::OPEN_FILE, 8, &[3, 0, 0, 0])),
    ("fill without fields", |f| f.raw(kind::BUFFER_FILL, 8, &[1, 0, 0, 0])),
    ("close without a code", |f| f.raw(kind::CLOSE, 4, &[])),
    ("half a Wayland message", |f| f.put(&Frame::Protocol(vec![1, 0, 0, 0].into()))),
    ("W1 Wayland message of length 4", |f| f.put(&Frame::Protocol(vec![1, 0, 0, 0, 0, 0, 4, 0].into()))),
    ("W1 Wayland message of length 10", |f| {
        f.put(&Frame::Protocol(vec![1, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0].into()));
    }),
    ("W1 Wayland message beyond its frame", |f| {
        f.put(&Frame::Protocol(vec![1, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0].into()));
    }),
    ("a descriptor that was not announced", |f| {
        f.put(&Frame::Protocol(vec![200, 0, 0, 0, 0, 8, 8, 0].into()));
    }),
    ("a late Version", |f| f.put(&Frame::Version(17))),
];

const HARMLESS: &[(&str, Build)] = &[
    ("X8 growth to the same size", |f| f.put(&Frame::ExtendFile { rid: f.rid(FILE), size: FILE_SIZE })),
    ("X2 segments in descending order", |f| f.diff(&[(900, 910, 10), (3, 4, 1)], 5)),
    ("X10 odd fill", |f| f.fill(FILE, 3, 6, &[1; 3])),
    ("an empty Protocol", |f| f.put(&Frame::Protocol(Vec::new().into()))),
    ("an acknowledgement that nobody needs", |f| f.put(&Frame::Ack(1))),
];

/// A zstd frame of 1 GiB of zeros in 32 KiB: blocks that say "one byte, repeated".
pub fn zstd_bomb() -> Vec<u8> {
    // Magic; descriptor with an 8-byte content size; window of 1 MiB; size.
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x50];
    bytes.put_u64_le(1 << 30);
    let (blocks, block) = (1 << 13, 1_u32 << 17);
    for number in 1..=blocks {
        let word = u32::from(number == blocks) | 1 << 1 | block << 3;
        bytes.extend_from_slice(&word.to_le_bytes()[..3]);
        bytes.push(0);
    }
    bytes
}

/// A fill of the file that states `stated` bytes and carries `payload`, behind the opening of both ids.
pub fn packed_fill(sign: i32, stated: u32, payload: &[u8]) -> Vec<u8> {
    let mut frames = Frames::new(sign);
    frames.fill(FILE, 0, stated, payload);
    frames.out.to_vec()
}
