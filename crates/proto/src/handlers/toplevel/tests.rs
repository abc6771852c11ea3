//! Window titles with prefixes of all lengths.

use bytes::Bytes;

use crate::channel::Frame;
use crate::engine::{Config, Effect, Engine, FdQueue};
use crate::wayland::{Builder, Form, Header, ObjectId, Way, by_name, split_first};
use crate::{Now, Role};

/// The title that a compositor gets for `title` and this prefix.
fn shown(prefix: usize, title: &str) -> Vec<u8> {
    let config = Config { title_prefix: vec![b'p'; prefix], ..Config::default() };
    let mut engine = Engine::new(Role::App, config);
    let words = |id, name: &str, of: &str| {
        let (opcode, _) =
            by_name(of.as_bytes()).and_then(|it| it.find(Way::Request, name)).expect("a request");
        Builder::new(ObjectId(id), opcode)
    };
    let bind = words(2, "bind", "wl_registry");
    let messages = [
        words(1, "get_registry", "wl_display").new_id(ObjectId(2)),
        bind.clone().uint(1).str(b"xdg_wm_base").uint(1).new_id(ObjectId(3)),
        bind.uint(2).str(b"wl_compositor").uint(4).new_id(ObjectId(4)),
        words(4, "create_surface", "wl_compositor").new_id(ObjectId(5)),
        words(3, "get_xdg_surface", "xdg_wm_base").new_id(ObjectId(6)).object(ObjectId(5)),
        words(6, "get_toplevel", "xdg_surface").new_id(ObjectId(7)),
        words(7, "set_title", "xdg_toplevel").str(title.as_bytes()),
    ];
    let bytes: Vec<u8> =
        messages.into_iter().flat_map(|it| it.finish(Form::Program, 0).expect("a message")).collect();
    assert_eq!(engine.on_local(Now::default(), &bytes, &mut FdQueue::new()), Ok(()));
    let mut last = Vec::new();
    while let Some(effect) = engine.poll() {
        let Effect::SendChannel(Frame::Protocol(body)) = effect else { continue };
        last = final_message(body);
    }
    let length = u32::from_le_bytes(last[8..12].try_into().expect("a word")) as usize;
    assert_eq!(last[12 + length - 1], 0, "a string ends with NUL");
    last[12..12 + length - 1].to_vec()
}

fn final_message(body: Bytes) -> Vec<u8> {
    let mut rest = &body[..];
    let mut last = Vec::new();
    while let Ok(Some((Header { len, .. }, message, _))) = split_first(rest, Form::Channel) {
        last = message.to_vec();
        rest = &rest[len..];
    }
    last
}

/// W13: prefixes of no, of some and of too many bytes; the cut is not within a character.
#[test]
fn w13_title_prefixes() {
    assert_eq!(shown(0, "title"), b"title");
    assert_eq!(shown(0, ""), b"");
    assert_eq!(shown(100, "title"), [&[b'p'; 100][..], b"title"].concat());
    assert_eq!(shown(10_000, "title"), [b'p'; 4080]);
    // Of a character of three bytes, one would fit.
    assert_eq!(shown(4079, "\u{20ac}"), [b'p'; 4079]);
    // Without a prefix nothing is touched.
    assert_eq!(shown(0, &"x".repeat(9000)).len(), 9000);
}
