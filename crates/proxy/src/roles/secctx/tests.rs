use std::collections::VecDeque;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;
use std::thread;

use super::*;
use crate::transport::Once;

const NAMES: Names<'static> = Names { app_id: "org.example.App", instance_id: "42" };

/// A compositor's end of a connection, by hand.
struct Mock {
    socket: Socket,
    stream: Stream,
    fds: VecDeque<OwnedFd>,
}

impl Mock {
    /// The next request: object, opcode, body.
    fn next(&mut self) -> (u32, u16, Vec<u8>) {
        loop {
            if let Some((header, message)) = self.stream.next().unwrap() {
                return (header.object.0, header.opcode, message[Header::SIZE..].to_vec());
            }
            let mut poll = PollSet::new();
            poll.add(self.socket.as_fd(), Interest::READ);
            poll.wait(None).unwrap();
            let mut bytes = BytesMut::new();
            match self.socket.recv(&mut bytes, CHUNK, &mut self.fds).unwrap() {
                Received::Closed => panic!("the client left"),
                Received::Bytes(_) => self.stream.push(&bytes),
                Received::Empty => {}
            }
        }
    }

    /// Reads `get_registry` and `sync`.
    fn greet(&mut self) {
        assert_eq!(self.next(), (1, 1, words(&[2])));
        assert_eq!(self.next(), (1, 0, words(&[3])));
    }

    fn send(&self, message: Builder) {
        let mut outbox = Outbox::new();
        outbox.push(message.finish(Form::Program, 0).unwrap().into(), Vec::new());
        // The client may have heard enough and left.
        let _ = outbox.flush(&self.socket).unwrap();
    }

    fn global(&self, number: u32, name: &str) {
        self.send(Builder::new(REGISTRY, 0).uint(number).str(name.as_bytes()).uint(1));
    }

    fn done(&self, callback: ObjectId) {
        self.send(Builder::new(callback, 0).uint(0));
    }

    fn error(&self, object: u32, code: u32, text: &str) {
        self.send(
            Builder::new(ObjectId::DISPLAY, 0).object(ObjectId(object)).uint(code).str(text.as_bytes()),
        );
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("farway-secctx-test-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("s")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Asks a compositor that behaves like `compositor` for a context.
fn ask(name: &str, compositor: impl FnOnce(Mock) + Send + 'static) -> (Folder, Result<Context, SecctxError>) {
    let folder = Folder::new(name);
    let (ours, theirs) = Socket::pair().unwrap();
    let mock = Mock { socket: theirs, stream: Stream::new(Form::Program), fds: VecDeque::new() };
    let thread = thread::spawn(move || compositor(mock));
    let result = create(&Once::new(ours.into(), "a mock"), &folder.socket(), NAMES);
    thread.join().unwrap();
    (folder, result)
}

fn refusal(name: &str, compositor: impl FnOnce(Mock) + Send + 'static) -> SecctxError {
    let (folder, result) = ask(name, compositor);
    assert!(!folder.socket().exists(), "nothing is left behind");
    result.unwrap_err()
}

#[test]
fn a_compositor_without_the_protocol() {
    let error = refusal("missing", |mut mock| {
        mock.greet();
        mock.global(1, "wl_compositor");
        mock.done(FIRST_SYNC);
        // Too late: the compositor has said that it is done.
        mock.global(2, MANAGER);
    });
    assert!(matches!(error, SecctxError::Missing));
}

#[test]
fn a_context_is_made_and_lives_as_long_as_it_is_kept() {
    let (give, get) = mpsc::channel();
    let (folder, context) = ask("made", move |mut mock| {
        mock.greet();
        mock.global(1, "wl_compositor");
        mock.global(7, MANAGER);
        mock.done(FIRST_SYNC);
        let bind = Builder::new(REGISTRY, 0).uint(7).str(MANAGER.as_bytes()).uint(1).new_id(BOUND);
        let string = |text: &str| Builder::new(CONTEXT, 0).str(text.as_bytes());
        let body = |message: Builder| message.finish(Form::Program, 0).unwrap()[Header::SIZE..].to_vec();
        assert_eq!(mock.next(), (2, 0, body(bind)));
        assert_eq!(mock.next(), (4, 1, words(&[5])));
        assert_eq!(mock.next(), (5, 1, body(string("waypipe"))));
        assert_eq!(mock.next(), (5, 2, body(string("org.example.App"))));
        assert_eq!(mock.next(), (5, 3, body(string("42"))));
        assert_eq!(mock.next(), (5, 4, Vec::new()));
        assert_eq!(mock.next(), (1, 0, words(&[6])));
        assert_eq!(mock.fds.len(), 2);
        give.send(mock.fds.drain(..).collect::<Vec<OwnedFd>>()).unwrap();
        mock.done(LAST_SYNC);
    });
    let context = context.unwrap();
    let mut fds = get.recv().unwrap().into_iter();
    let listener = UnixListener::from(fds.next().unwrap());
    let mut watched = std::fs::File::from(fds.next().unwrap());
    let client = UnixStream::connect(folder.socket()).unwrap();
    listener.accept().unwrap();
    drop(client);
    let mut poll = PollSet::new();
    let index = poll.add(watched.as_fd(), Interest::READ);
    poll.wait(Some(Duration::ZERO)).unwrap();
    assert!(!poll.ready(index).any(), "the context is alive");
    drop(context);
    assert_eq!(watched.read(&mut [0]).unwrap(), 0, "the compositor sees the end");
    assert!(!folder.socket().exists());
}

/// The answer is waited for: a compositor may lose requests that come just before a close.
#[test]
fn a_refusal_after_the_last_request_is_heard() {
    let error = refusal("refused", |mut mock| {
        mock.greet();
        mock.global(7, MANAGER);
        mock.done(FIRST_SYNC);
        (0..7).for_each(|_| drop(mock.next()));
        mock.error(5, 3, "nested\x1b[2J\ncontexts");
    });
    match error {
        SecctxError::Refused { object: 5, code: 3, text } => assert_eq!(text, "nested\\u{1b}[2J\\ncontexts"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_at_once_is_heard_although_the_compositor_has_left() {
    let error = refusal("left", |mut mock| {
        mock.greet();
        mock.global(7, MANAGER);
        mock.error(1, 0, "go away");
        mock.done(FIRST_SYNC);
    });
    assert!(matches!(error, SecctxError::Refused { object: 1, code: 0, .. }), "{error:?}");
}

#[test]
fn a_compositor_that_leaves_without_a_word() {
    let error = refusal("silent", drop);
    assert!(matches!(error, SecctxError::Closed | SecctxError::Io(_)), "{error:?}");
    let error = refusal("silent-later", |mut mock| {
        mock.greet();
        mock.global(7, MANAGER);
        mock.done(FIRST_SYNC);
        mock.next();
    });
    assert!(matches!(error, SecctxError::Closed | SecctxError::Io(_)), "{error:?}");
}

#[test]
fn a_compositor_that_talks_nonsense() {
    for bytes in [&[9; 64][..], &[2, 0, 0, 0, 0, 0, 12, 0, 1, 0, 0, 0]] {
        let error = refusal(&format!("nonsense-{}", bytes.len()), |mut mock| {
            mock.greet();
            let mut outbox = Outbox::new();
            outbox.push(Bytes::copy_from_slice(bytes), Vec::new());
            let _ = outbox.flush(&mock.socket).unwrap();
        });
        assert!(matches!(error, SecctxError::Wire(_)), "{error:?}");
    }
}

#[test]
fn a_socket_that_exists_is_left_alone() {
    let folder = Folder::new("exists");
    std::fs::write(folder.socket(), "x").unwrap();
    let (ours, theirs) = Socket::pair().unwrap();
    let mut mock = Mock { socket: theirs, stream: Stream::new(Form::Program), fds: VecDeque::new() };
    let thread = thread::spawn(move || {
        mock.greet();
        mock.global(7, MANAGER);
        mock.done(FIRST_SYNC);
        mock
    });
    let error = create(&Once::new(ours.into(), "a mock"), &folder.socket(), NAMES).unwrap_err();
    assert!(matches!(error, SecctxError::Listen(ListenError::Exists { .. })), "{error:?}");
    assert_eq!(std::fs::read_to_string(folder.socket()).unwrap(), "x");
    drop(thread.join().unwrap());
}
