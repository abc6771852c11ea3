//! Golden captures: recorded channels of the foreign programs, decoded, written again and applied.
//!
//! `captures/NAME.json` lists the messages of `NAME.s2c.bin` and `NAME.c2s.bin` with offsets and fields, as a decoder
//! of another hand saw them, and the contents that the files must have at the end. Not live: no process is started.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::BytesMut;
use farway_proto::Rid;
use farway_proto::channel::{ChannelError, CompressionCode, Deframer, Frame, Greeting, Update};
use farway_proto::wayland::{Form, split_first};
use farway_sys::diff::{apply_diff, apply_fill};
use farway_sys::mem::{Region, SharedFile};
use farway_sys::pack::{Compression, Packer};
use farway_testkit::rig::content;
use serde_json::Value;
use sha2::{Digest, Sha256};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The type code of `Restart`, which is refused: farway does not offer what it belongs to.
const RESTART: u8 = 17;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

fn captures() -> Outcome<Vec<Value>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "json") {
            all.push(serde_json::from_slice(&fs::read(path)?)?);
        }
    }
    Ok(all)
}

/// One direction of a connection: its file's name, its bytes, the list of its messages.
type Recorded<'a> = (String, Vec<u8>, &'a Vec<Value>);

/// The streams of a capture.
fn streams(capture: &Value) -> Outcome<Vec<Recorded<'_>>> {
    // The captures of a rejection are one connection and say so at the top.
    let connections = capture["connections"].as_array().map_or(std::slice::from_ref(capture), |it| it);
    let mut streams = Vec::new();
    for connection in connections {
        for way in ["s2c", "c2s"] {
            let Some(messages) = connection[format!("messages_{way}")].as_array() else { continue };
            let file = text(&connection["files"][way]["file"]);
            streams.push((file.to_owned(), fs::read(folder().join(file))?, messages));
        }
    }
    Ok(streams)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(i64::MIN)
}

/// The frames of a stream with their offsets; the header before them, if there is one; and the error at the end.
fn decode(
    bytes: &[u8],
    chunk: usize,
    header: bool,
) -> Outcome<(Option<Greeting>, Vec<Frame>, Option<ChannelError>)> {
    let (greeting, body) = match (header, bytes.first_chunk()) {
        (true, Some(first)) => (Some(Greeting::parse(first)?), &bytes[Greeting::SIZE..]),
        _ => (None, bytes),
    };
    let (mut deframer, mut frames) = (Deframer::new(), Vec::new());
    for part in body.chunks(chunk) {
        deframer.buffer().extend_from_slice(part);
        loop {
            match deframer.next() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return Ok((greeting, frames, Some(error))),
            }
        }
    }
    assert!(deframer.is_empty(), "bytes are left over");
    Ok((greeting, frames, None))
}

/// What the list calls a frame of this type.
fn name(frame: &Frame) -> &'static str {
    match frame {
        Frame::Protocol(_) => "Protocol",
        Frame::InjectRids(_) => "InjectRIDs",
        Frame::OpenFile { .. } => "OpenFile",
        Frame::ExtendFile { .. } => "ExtendFile",
        Frame::Update(_, Update::Fill { .. }) => "BufferFill",
        Frame::Update(_, Update::Diff { .. }) => "BufferDiff",
        Frame::OpenReadPipe(_) => "OpenIRPipe",
        Frame::OpenWritePipe(_) => "OpenIWPipe",
        Frame::PipeTransfer(..) => "PipeTransfer",
        Frame::PipeShutdownR(_) => "PipeShutdownR",
        Frame::PipeShutdownW(_) => "PipeShutdownW",
        Frame::Ack(_) => "AckNblocks",
        Frame::Close(_) => "Close",
        Frame::Version(_) => "Version",
        ours => panic!("{ours:?} is in no capture"),
    }
}

/// Compares a frame with its entry in the list.
fn compare(frame: &Frame, entry: &Value, at: &str) {
    assert_eq!(name(frame), text(&entry["type"]), "{at}");
    let rid = |rid: &Rid| assert_eq!(i64::from(rid.0), number(&entry["rid"]), "{at}: rid");
    let field = |value: u32, name: &str| assert_eq!(i64::from(value), number(&entry[name]), "{at}: {name}");
    match frame {
        Frame::Protocol(bytes) => {
            let (mut rest, mut seen) = (&bytes[..], Vec::new());
            while let Ok(Some((header, _, next))) = split_first(rest, Form::Channel) {
                let fds = if header.fds > 0 { format!(", fds {}", header.fds) } else { String::new() };
                seen.push(format!("@{}.{}(len {}{fds})", header.object.0, header.opcode, header.len));
                rest = next;
            }
            assert!(rest.is_empty(), "{at}: an incomplete message");
            let wanted = entry["wayland"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
            assert_eq!(seen, wanted, "{at}");
        }
        Frame::InjectRids(rids) => {
            let wanted = entry["rids"].as_array().into_iter().flatten().map(number);
            assert!(rids.iter().map(|it| i64::from(it.0)).eq(wanted), "{at}: rids");
        }
        Frame::OpenFile { rid: id, size } | Frame::ExtendFile { rid: id, size } => {
            rid(id);
            field(*size, "size");
        }
        Frame::Update(id, Update::Fill { start, end, .. }) => {
            rid(id);
            field(*start, "start");
            field(*end, "end");
        }
        Frame::Update(id, Update::Diff { diff_size, ntrailing, .. }) => {
            rid(id);
            field(*diff_size, "diff_size");
            field(*ntrailing, "ntrailing");
        }
        Frame::PipeTransfer(id, bytes) => {
            rid(id);
            assert_eq!(String::from_utf8_lossy(bytes), text(&entry["data"]), "{at}");
        }
        Frame::OpenReadPipe(id)
        | Frame::OpenWritePipe(id)
        | Frame::PipeShutdownR(id)
        | Frame::PipeShutdownW(id) => rid(id),
        Frame::Ack(value) | Frame::Version(value) => field(*value, "value"),
        Frame::Close(value) => assert_eq!(i64::from(*value), number(&entry["value"]), "{at}"),
        ours => panic!("{ours:?} is in no capture"),
    }
}

/// Every recorded byte is understood as the list says, whatever pieces it comes in, and written again as it was.
#[test]
fn every_message_reads_and_writes_back() -> Outcome {
    let mut count = 0;
    for capture in captures()? {
        for (file, bytes, messages) in streams(&capture)? {
            let entries: Vec<_> =
                messages.iter().filter(|it| text(&it["type"]) != "ConnectionHeader").collect();
            let (greeting, frames, error) = decode(&bytes, 977, file.contains("s2c"))?;
            assert_eq!(decode(&bytes, 1, file.contains("s2c"))?.1, frames, "{file} byte by byte");
            let until = entries.iter().position(|it| text(&it["type"]) == "Restart");
            assert_eq!(error, until.map(|_| ChannelError::UnexpectedKind(RESTART)), "{file}");
            assert_eq!(frames.len(), until.unwrap_or(entries.len()), "{file}");
            let mut written = BytesMut::new();
            if let Some(greeting) = greeting {
                written.extend_from_slice(&greeting.to_bytes());
            }
            for (frame, entry) in frames.iter().zip(&entries) {
                let at = format!("{file} at {}", entry["offset"]);
                assert_eq!(written.len() as i64, number(&entry["offset"]), "{at}: offset");
                compare(frame, entry, &at);
                frame.put(&mut written);
                count += 1;
            }
            assert_eq!(&bytes[..written.len()], &written[..], "{file}");
            assert!(until.is_some() || written.len() == bytes.len(), "{file}: the end");
        }
    }
    assert!(count > 500, "only {count} messages");
    Ok(())
}

/// A replicated file while its updates are applied.
struct Twin {
    file: SharedFile,
    region: Region,
}

fn apply(files: &mut HashMap<i32, Twin>, compression: Compression, frame: &Frame) -> Outcome {
    match frame {
        Frame::OpenFile { rid, size } => {
            let file = SharedFile::create(u64::from(*size), None)?;
            let region = Region::of_shared(&file)?;
            assert!(files.insert(rid.0, Twin { file, region }).is_none(), "{rid} twice");
        }
        Frame::ExtendFile { rid, size } => {
            let twin = files.get(&rid.0).ok_or("no such file")?;
            twin.file.grow(u64::from(*size))?;
            twin.region.grow(u64::from(*size))?;
        }
        Frame::Update(rid, update) => {
            let twin = files.get(&rid.0).ok_or("no such file")?;
            let mut packer = Packer::new();
            let data = packer.unpack(compression, update.payload(), update.unpacked() as usize)?;
            match update {
                Update::Fill { start, .. } => apply_fill(&twin.region, None, u64::from(*start), data)?,
                Update::Diff { diff_size, ntrailing, .. } => {
                    apply_diff(&twin.region, None, data, *diff_size as usize, *ntrailing as usize)
                        .map(drop)?;
                }
                ours => panic!("{ours:?} is in no capture"),
            }
        }
        _ => {}
    }
    Ok(())
}

/// SHA-256 in hexadecimal, read in pieces: some pools are large and mostly holes.
fn hash(file: &SharedFile) -> Outcome<String> {
    let mut hasher = Sha256::new();
    let whole = fs::File::from(file.share()?);
    let (mut at, mut piece) = (0, vec![0; 1 << 20]);
    while at < file.size() {
        let part = piece.len().min((file.size() - at) as usize);
        std::os::unix::fs::FileExt::read_exact_at(&whole, &mut piece[..part], at)?;
        hasher.update(&piece[..part]);
        at += part as u64;
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// All updates applied in order give the recorded contents.
#[test]
fn every_file_ends_as_recorded() -> Outcome {
    let mut count = 0;
    for capture in captures()? {
        let Some(wanted) = capture["final_file_contents_by_rid"].as_object() else { continue };
        let mut files = HashMap::new();
        let mut compression = Compression::None;
        for (file, bytes, _) in streams(&capture)? {
            let (greeting, frames, _) = decode(&bytes, 1 << 16, file.contains("s2c"))?;
            compression = match greeting.and_then(|it| it.compression) {
                Some(CompressionCode::Lz4) => Compression::Lz4(0),
                Some(CompressionCode::Zstd) => Compression::Zstd(0),
                _ => compression,
            };
            for frame in &frames {
                apply(&mut files, compression, frame).map_err(|error| format!("{file}: {error}"))?;
            }
        }
        for (rid, entry) in wanted {
            let what = format!("{} rid {rid}", text(&capture["name"]));
            let twin = files.get(&rid.parse()?).ok_or_else(|| format!("{what} was never opened"))?;
            assert_eq!(twin.file.size() as i64, number(&entry["size"]), "{what}");
            assert_eq!(hash(&twin.file)?, text(&entry["sha256"]), "{what}");
            count += 1;
        }
        // The pool of the synthetic session begins with what its steps say.
        if text(&capture["application"]["name"]) == "synthetic" {
            let pool = content(&files[&1].file.share()?, 720)?;
            assert_eq!((&pool[128..132], pool[719]), (&[0xde, 0xad, 0xbe, 0xef][..], 0x5a));
        }
    }
    assert!(count > 15, "only {count} files");
    Ok(())
}
