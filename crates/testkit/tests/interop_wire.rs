//! Wire versions, headers, framing and endings, against a peer whose every byte the test writes.

use std::time::Duration;

use bytes::BytesMut;
use farway_proto::channel::{CompressionCode, Frame, VideoCode};
use farway_testkit::real::programs::Program;
use farway_testkit::rig::halves::{error_text, greeting};
use farway_testkit::rig::party::DISPLAY;
use farway_testkit::rig::{AppHalf, Peer, RigError, ScreenHalf, skip_to, wait};

type Outcome = Result<(), RigError>;

fn server(compress: &str) -> Result<AppHalf, RigError> {
    AppHalf::start(&Program::find("farway")?, compress, &[])
}

fn client(compress: &str) -> Result<ScreenHalf, RigError> {
    ScreenHalf::start(&Program::find("farway")?, compress, &[])
}

fn bytes_of(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    frames.iter().for_each(|frame| frame.put(&mut bytes));
    bytes.to_vec()
}

/// 2.1: what every peer relies on in the header.
#[test]
fn the_header_of_a_server() -> Outcome {
    for (compress, code) in
        [("none", CompressionCode::None), ("lz4=5", CompressionCode::Lz4), ("zstd", CompressionCode::Zstd)]
    {
        let mut site = server(compress)?;
        let (_app, mut peer) = site.connect()?;
        let greeting = peer.read_greeting()?;
        assert_eq!(greeting.version.0, 17);
        assert_eq!(greeting.compression, Some(code));
        assert_eq!(greeting.video, Some(VideoCode::None));
        assert!(greeting.no_dmabuf && !greeting.reconnectable && !greeting.update);
        let lead = u32::from_le_bytes([0, 1, 2, 3].map(|at| greeting.to_bytes()[at]));
        assert_eq!((lead >> 16 & 0xff, lead >> 24, lead >> 7 & 1), (1, 0, 1), "older peers look at these");
    }
    Ok(())
}

/// Q20, 12.2: version 16 without `Version`: the server acknowledges what it received, even when it has nothing to say.
#[test]
fn a_server_acknowledges_at_version_16() -> Outcome {
    let mut site = server("none")?;
    let mut half = site.half(16)?;
    half.alive()?;
    // Three counted messages more; an ack is not counted.
    half.peer.inbox.clear();
    for _ in 0..3 {
        half.peer.send(&Frame::Ack(1));
        half.peer.send_message(DISPLAY, 1, 0, |m| m.uint(0x7000))?;
    }
    let total = 2 + 3;
    wait(&mut half.peer, &mut half.local, "the acknowledgement of all", |peer, _| {
        while let Some(frame) = peer.inbox.pop_front() {
            match frame {
                Frame::Ack(count) if count == total => return Ok(Some(())),
                Frame::Ack(count) => assert!(count < total, "{count} were not sent"),
                other => panic!("{other:?} instead of acknowledgements"),
            }
        }
        Ok(None)
    })
}

/// 12.2: at version 17 nobody acknowledges; a stray acknowledgement does no harm.
#[test]
fn a_server_never_acknowledges_at_version_17() -> Outcome {
    let mut site = server("none")?;
    let (mut local, mut peer) = site.connect()?;
    peer.read_greeting()?;
    peer.send(&Frame::Version(17));
    for round in 0..50 {
        let id = local.new_id();
        local.send(DISPLAY, "sync", |m| m.new_id(id), Vec::new())?;
        wait(&mut peer, &mut local, "sync", |peer, _| {
            Ok(peer.inbox.pop_front().map(|it| assert!(matches!(it, Frame::Protocol(_)), "{it:?}")))
        })?;
        peer.send_message(id, 0, 0, |m| m.uint(round))?;
        peer.send_message(DISPLAY, 1, 0, |m| m.uint(id.0))?;
        peer.send(&Frame::Ack(round));
        wait(&mut local, &mut peer, "delete_id", |local, _| {
            Ok(skip_to(&mut local.inbox, |it| it.is("wl_display.delete_id")))
        })?;
    }
    peer.send(&Frame::Close(0));
    peer.hang_up()
}

/// 2.3: `Version` 16 is accepted and means acknowledgements; others and late ones are refused.
#[test]
fn versions_that_a_server_accepts() -> Outcome {
    let mut site = server("none")?;
    let (mut local, mut peer) = site.connect()?;
    peer.read_greeting()?;
    peer.send(&Frame::Version(16));
    wait(&mut peer, &mut local, "an acknowledgement", |peer, _| {
        Ok(skip_to(&mut peer.inbox, |it| *it == Frame::Ack(1)))
    })?;
    for wrong in [0, 15, 18, u32::MAX] {
        let mut half = site.half(16)?;
        half.peer.send(&Frame::Version(wrong));
        half.ends_with_reason()?;
    }
    let mut half = site.half(16)?;
    half.alive()?;
    half.peer.send(&Frame::Version(17));
    half.ends_with_reason()?;
    Ok(())
}

/// 2.3, 12.2: a client sends `Version` first iff the header said 17, and acknowledges only at 16.
#[test]
fn a_client_follows_the_version_of_the_header() -> Outcome {
    let mut site = client("none")?;
    for version in [17, 18, 31] {
        let mut half = site.half(version, CompressionCode::None)?;
        half.alive()?;
        half.peer.send(&Frame::Ack(1));
        half.alive()?;
        assert!(!half.peer.inbox.iter().any(|it| matches!(it, Frame::Ack(_) | Frame::Version(_))));
    }
    let mut half = site.half(16, CompressionCode::None)?;
    let first = half.peer.next("the acknowledgement of get_registry")?;
    assert_eq!(first, Frame::Ack(1));
    half.peer.send_message(DISPLAY, 0, 0, |m| m.uint(3))?;
    wait(&mut half.peer, &mut half.local, "the acknowledgement of sync", |peer, _| {
        Ok(skip_to(&mut peer.inbox, |it| *it == Frame::Ack(2)))
    })?;
    half.alive()
}

/// Q21: a client takes the compression that the header names, whatever its own, and assumes its own where none is.
#[test]
fn a_client_adopts_the_compression() -> Outcome {
    for own in ["none", "lz4", "zstd"] {
        let mut site = client(own)?;
        for code in [CompressionCode::None, CompressionCode::Lz4, CompressionCode::Zstd] {
            site.half(17, code)?.alive()?;
        }
        let mut peer = site.peer()?;
        let mut header = greeting(16, CompressionCode::None);
        header.compression = None;
        peer.send_raw(header.to_bytes().to_vec());
        peer.send_message(DISPLAY, 1, 0, |m| m.uint(2))?;
        site.accept(&mut peer)?;
    }
    Ok(())
}

/// What comes back for a wrong header: an error event and the end.
fn rejection(site: &ScreenHalf, header: &[u8]) -> Result<String, RigError> {
    let mut peer = site.peer()?;
    peer.send_raw(header.to_vec());
    let frames = peer.rest()?;
    frames
        .iter()
        .find_map(|frame| if let Frame::Protocol(body) = frame { error_text(body) } else { None })
        .ok_or_else(|| RigError::Failed(format!("no reason in {frames:?}")))
}

/// 2.2, Q21: headers that are refused, with a reason that the application will see.
#[test]
fn a_client_refuses_wrong_headers() -> Outcome {
    let mut site = client("none")?;
    let lead = |word: u32| {
        let mut header = greeting(17, CompressionCode::None).to_bytes();
        header[..4].copy_from_slice(&word.to_le_bytes());
        header
    };
    let good = 0x0001_0988_u32;
    for (what, header) in [
        ("the other byte order", lead(good.swap_bytes())),
        ("version 15", lead(good & !0x00ff_0078 | 15 << 3)),
        ("version 0", lead(good & !0x00ff_0078)),
        ("bit 7", lead(good & !0x80)),
        ("compression 7", lead(good | 0x700)),
        ("an update", lead(good | 0x2)),
        ("bit 24", lead(good | 0x0100_0000)),
        ("text", *b"GET / HTTP/1.1\r\n"),
    ] {
        let text = rejection(&site, &header).map_err(|error| RigError::Failed(format!("{what}: {error}")))?;
        eprintln!("{what}: {text}");
        assert!(text.contains("farway"), "{what}: {text}");
        assert!(!text.contains('\0') && text.len() < 400, "{what}: {text}");
    }
    assert!(rejection(&site, &lead(good.swap_bytes()))?.contains("byte order"));
    site.half(17, CompressionCode::None)?.alive()
}

/// 2.4: a client that refuses every compression: the application is told what it said first, or that it said nothing.
#[test]
fn a_server_passes_a_rejection_on() -> Outcome {
    for silent in [false, true] {
        let mut site = server("lz4")?;
        let (mut app, mut peer) = site.connect()?;
        let mut tried = Vec::new();
        for attempt in 0..3 {
            tried.extend(peer.read_greeting()?.compression);
            if !silent {
                let text = format!("rejected, attempt {attempt}");
                peer.send_message(DISPLAY, 0, 0, |m| m.object(DISPLAY).uint(3).str(text.as_bytes()))?;
            }
            peer.hang_up()?;
            if attempt < 2 {
                peer = site.accept(&mut app)?;
            }
        }
        let text = wait(&mut app, &mut (), "the reason", |app, ()| farway_testkit::rig::line::reason(app))?;
        assert!(if silent { text.contains("--compress") } else { text == "rejected, attempt 0" }, "{text}");
        assert_eq!(tried.len(), 3, "{tried:?}");
        assert_eq!(tried[0], CompressionCode::Lz4);
        site.half(17)?.alive()?;
    }
    Ok(())
}

/// 2.2: a client with another compression: the first words are said again, and nothing is lost or said twice.
#[test]
fn a_server_tries_another_compression() -> Outcome {
    let mut site = server("lz4")?;
    let (mut app, mut peer) = site.connect()?;
    let registry = app.new_id();
    app.send(DISPLAY, "get_registry", |m| m.new_id(registry), Vec::new())?;
    let first = peer.read_greeting()?;
    wait(&mut peer, &mut app, "get_registry", |peer, _| Ok(peer.inbox.pop_front()))?;
    peer.hang_up()?;
    let mut peer = site.accept(&mut app)?;
    assert_ne!(peer.read_greeting()?.compression, first.compression);
    let callback = app.new_id();
    peer.send(&Frame::Version(17));
    peer.send_message(registry, 0, 0, |m| m.uint(1).str(b"wl_shm").uint(1))?;
    wait(&mut app, &mut peer, "global", |app, _| {
        Ok(skip_to(&mut app.inbox, |it| it.is("wl_registry.global")))
    })?;
    app.send(DISPLAY, "sync", |m| m.new_id(callback), Vec::new())?;
    let mut words = Vec::new();
    wait(&mut peer, &mut app, "both requests", |peer, _| {
        while let Some(frame) = peer.inbox.pop_front() {
            match frame {
                Frame::Protocol(body) => words.extend_from_slice(&body),
                other => panic!("{other:?}"),
            }
        }
        Ok((words.len() >= 24).then_some(()))
    })?;
    assert_eq!(words, [1, 0, 0, 0, 1, 0, 12, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 12, 0, 3, 0, 0, 0]);
    Ok(())
}

/// A connection, byte by byte, from the header to a message behind a padded one.
#[test]
fn everything_may_come_in_single_bytes() -> Outcome {
    let mut site = client("none")?;
    let mut peer = site.peer()?;
    peer.trickle(&greeting(17, CompressionCode::None).to_bytes())?;
    let mut get_registry = vec![1, 0, 0, 0, 1, 0, 12, 0, 2, 0, 0, 0];
    peer.trickle(&bytes_of(&[Frame::Protocol(get_registry.clone().into())]))?;
    let mut screen = site.accept(&mut peer)?;
    assert!(screen.inbox.pop_front().is_some_and(|it| it.is("wl_display.get_registry")));
    get_registry[4] = 0;
    get_registry[8] = 3;
    let odd = [
        Frame::OpenReadPipe(farway_proto::Rid(1)),
        Frame::OpenFile { rid: farway_proto::Rid(2), size: 7 },
        Frame::Update(
            farway_proto::Rid(2),
            farway_proto::channel::Update::Fill { start: 0, end: 7, payload: vec![1; 7].into() },
        ),
        Frame::Protocol(get_registry.into()),
    ];
    peer.trickle(&bytes_of(&odd))?;
    wait(&mut screen, &mut peer, "sync", |screen, _| Ok(screen.inbox.pop_front()))?;
    let mut site = server("none")?;
    let (mut app, mut peer) = site.connect()?;
    peer.read_greeting()?;
    peer.trickle(&bytes_of(&[
        Frame::Version(17),
        Frame::Protocol(vec![1, 0, 0, 0, 1, 0, 12, 0, 0, 112, 0, 0].into()),
    ]))?;
    wait(&mut app, &mut peer, "delete_id", |app, _| Ok(app.inbox.pop_front())).map(drop)
}

/// X11: padding need not be zero, and a long message may come with others in one piece.
#[test]
fn padding_is_not_looked_at() -> Outcome {
    let mut site = client("none")?;
    let mut half = site.half(17, CompressionCode::None)?;
    let mut bytes = bytes_of(&[
        Frame::OpenFile { rid: farway_proto::Rid(1), size: 5 },
        Frame::Update(
            farway_proto::Rid(1),
            farway_proto::channel::Update::Fill { start: 0, end: 5, payload: vec![1; 5].into() },
        ),
    ]);
    let end = bytes.len();
    bytes[end - 3..].fill(0xff);
    half.peer.send_raw(bytes);
    half.alive()
}

/// 12.4: `Close` of any value ends the connection without an error; the end without it is told.
#[test]
fn endings_from_the_other_half() -> Outcome {
    for code in [0, -1, -2, 77] {
        let mut site = server("none")?;
        let mut half = site.half(17)?;
        half.alive()?;
        half.peer.send(&Frame::Close(code));
        let closed = wait(&mut half.local, &mut half.peer, "the end at the application", |app, _| {
            Ok(app.is_closed().then_some(app.inbox.len()))
        })?;
        assert_eq!(closed, 0, "Close({code}) is no error");
    }
    let mut site = server("none")?;
    let mut half = site.half(17)?;
    half.alive()?;
    half.peer.hang_up()?;
    let text = wait(&mut half.local, &mut (), "a reason", |app, ()| farway_testkit::rig::line::reason(app))?;
    assert!(text.contains("lost"), "{text}");
    let mut site = client("none")?;
    for close in [true, false] {
        let mut half = site.half(17, CompressionCode::None)?;
        half.alive()?;
        if close {
            half.peer.send(&Frame::Close(0));
        }
        half.peer.hang_up()?;
        wait(&mut half.local, &mut (), "the end at the compositor", |screen, ()| {
            Ok(screen.is_closed().then_some(()))
        })?;
    }
    Ok(())
}

/// 12.4: our own end: `Close(0)`, then the end of the stream.
#[test]
fn endings_from_the_local_program() -> Outcome {
    let mut site = server("none")?;
    let mut half = site.half(17)?;
    half.alive()?;
    half.local.hang_up()?;
    assert_eq!(half.peer.rest()?.last(), Some(&Frame::Close(0)));
    let mut site = client("none")?;
    let mut half = site.half(17, CompressionCode::None)?;
    half.alive()?;
    half.local.hang_up()?;
    assert_eq!(half.peer.rest()?.last(), Some(&Frame::Close(0)));
    Ok(())
}

/// A stream that never says anything does not keep others from connecting, and its end is no trouble.
#[test]
fn silent_streams_do_not_block() -> Outcome {
    let mut site = client("none")?;
    let silent: Vec<Peer> = (0..20).map(|_| site.peer()).collect::<Result<_, _>>()?;
    let mut half_header = site.peer()?;
    half_header.send_raw(greeting(17, CompressionCode::None).to_bytes()[..7].to_vec());
    site.half(17, CompressionCode::None)?.alive()?;
    drop(silent);
    half_header.hang_up()?;
    site.half(17, CompressionCode::None)?.alive()?;
    let ended = site.process().finish(Duration::ZERO).is_ok();
    assert!(!ended, "the client ended");
    Ok(())
}
