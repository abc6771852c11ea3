//! Asking, and what is taken for an answer.

use super::scout::{Scout, State};
use super::*;

fn event(interface: &str, name: &str, id: u32) -> Builder {
    let (opcode, _) = by_name(interface.as_bytes()).unwrap().find(Way::Event, name).unwrap();
    Builder::new(ObjectId(id), opcode)
}

fn bytes(message: Builder) -> Vec<u8> {
    message.finish(Form::Program, 0).unwrap()
}

fn hear(scout: &mut Scout, messages: impl IntoIterator<Item = Builder>) -> State {
    messages.into_iter().for_each(|message| scout.on_bytes(&bytes(message)));
    scout.state()
}

fn global(name: u32, interface: &str, version: u32) -> Builder {
    event("wl_registry", "global", 2).uint(name).str(interface.as_bytes()).uint(version)
}

fn done(callback: u32) -> [Builder; 2] {
    [event("wl_callback", "done", callback).uint(5), event("wl_display", "delete_id", 1).uint(callback)]
}

/// Names of what was asked, and the ids it is for.
fn asked(scout: &mut Scout) -> Vec<(u32, u16)> {
    let mut stream = crate::wayland::Stream::new(Form::Program);
    stream.push(&scout.take_output());
    std::iter::from_fn(|| stream.next().unwrap()).map(|(it, _)| (it.object.0, it.opcode)).collect()
}

/// One that knows a display with one output.
fn knowing() -> Scout {
    let mut scout = Scout::new(vec![(40, 1)]);
    assert_eq!(asked(&mut scout), [(1, 1), (1, 0)]);
    let globals = [
        global(1, "wl_compositor", 6),
        global(2, "wl_output", 4),
        global(3, "zxdg_output_manager_v1", 3),
        global(4, "zwp_linux_dmabuf_v1", 4),
        global(5, "wl_shm", 9),
        global(6, "wp_presentation", 1),
    ];
    assert_eq!(hear(&mut scout, globals.into_iter().chain(done(3))), State::Asking);
    // Output 4, manager 5, memory 6, clock 7, and the output's place 8.
    assert_eq!(asked(&mut scout), [(2, 0), (2, 0), (2, 0), (2, 0), (5, 1), (1, 0)]);
    let greetings = [
        event("wl_output", "scale", 4).int(2),
        event("wl_output", "name", 4).str(b"ONE"),
        event("wl_shm", "format", 6).uint(0),
        event("wp_presentation", "clock_id", 7).uint(40),
        event("zxdg_output_v1", "logical_size", 8).int(10).int(20),
    ];
    assert_eq!(hear(&mut scout, greetings.into_iter().chain(done(9))), State::Known);
    scout
}

#[test]
fn a_display_is_asked_for_what_it_tells_everybody() {
    let scout = knowing();
    let preview = scout.preview().unwrap();
    let names: Vec<(u32, u32)> = preview.globals.iter().map(|it| (it.name, it.version)).collect();
    assert_eq!(names, [(1, 6), (2, 4), (3, 3), (5, 2), (6, 1)], "nothing hidden, nothing above its cap");
    let output = preview.find(2).unwrap();
    assert_eq!(output.greeting(3).map(|it| it.len()), Some(1), "outputs have names from version 4 on");
    assert_eq!(output.greeting(4).map(|it| it.len()), Some(2));
    assert_eq!(output.logical(3).map(|it| it.len()), Some(1));
    let clock = preview.find(6).unwrap().greeting(1).unwrap()[0].message(ObjectId(3));
    assert_eq!(clock.last_chunk(), Some(&1_u32.to_le_bytes()), "by the number that Linux has for it");
    assert_eq!(preview.find(1).unwrap().greeting(6), Some(vec![]), "it has nothing to say");
    assert_eq!(preview.clone().checked(), *preview);
    let words = serde_json::to_string(preview).unwrap();
    assert_eq!(serde_json::from_str::<Preview>(&words).unwrap(), *preview);
}

#[test]
fn a_change_makes_it_stale() {
    let changes = [
        global(9, "wl_seat", 9),
        event("wl_registry", "global_remove", 2).uint(2),
        event("wl_output", "scale", 4).int(1),
        event("wl_display", "error", 1).object(ObjectId(1)).uint(0).str(b"no"),
    ];
    for change in changes {
        let mut scout = knowing();
        assert_eq!(hear(&mut scout, [change]), State::Stale);
        assert_eq!(scout.preview(), None);
    }
    let mut scout = knowing();
    scout.on_closed();
    assert_eq!(scout.state(), State::Stale);
}

#[test]
fn nonsense_is_of_no_use() {
    let mut scout = Scout::new(Vec::new());
    scout.on_bytes(&[0xff; 64]);
    assert_eq!(scout.state(), State::Stale);
    let mut scout = Scout::new(Vec::new());
    let many = (0..2000).map(|name| global(name, "wl_output", 4));
    assert_eq!(hear(&mut scout, many), State::Stale);
    let mut scout = Scout::new(Vec::new());
    assert_eq!(hear(&mut scout, [event("wl_pointer", "motion", 77).uint(1).int(1).int(1)]), State::Stale);
}

#[test]
fn what_nobody_may_say_is_left_out() {
    let parse = |text: &str| serde_json::from_str::<Preview>(text).unwrap().checked();
    // An unknown event, too few words, and an interface that does not greet.
    for event in ["[99]", "[]", "[1,2]", "[4294967295]"] {
        let text = format!(r#"[{{"name":2,"interface":"wl_output","version":4,"greeting":[[2],{event}]}}]"#);
        assert_eq!(parse(&text).find(2).unwrap().greeting(4), None, "{event}");
    }
    let text = r#"[{"name":2,"interface":"wl_keyboard","version":4,"greeting":[[0]],"logical":[[2]]}]"#;
    let global = parse(text).globals.remove(0);
    assert_eq!((global.greeting, global.logical), (vec![], vec![]));
    let many = r#"{"name":2,"interface":"wl_seat","version":4},"#.repeat(5000);
    assert_eq!(parse(&format!("[{}]", many.trim_end_matches(','))).globals.len(), GLOBALS_MAX);
}

#[test]
fn it_shrinks_to_nothing() {
    let mut preview = knowing().preview().unwrap().clone();
    assert!(preview.shrink() && preview.globals.len() == 5);
    assert_eq!(preview.find(2).unwrap().greeting(4), None);
    assert!(preview.shrink() && preview.globals.is_empty());
    assert!(!preview.shrink());
}
