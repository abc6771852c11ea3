use super::*;
use crate::run::finding::{bad, note, ok};

fn sections(more: Finding) -> Vec<Section> {
    let findings = vec![ok("farway", "version 1"), note("home", "none", "make one")];
    let there = Section { machine: Some("me@host".into()), findings: vec![more] };
    vec![Section { machine: None, findings }, there]
}

#[test]
fn as_text() {
    let sections = sections(bad("shell", "it is\x1b[2J gone", "mend it"));
    let expected = "this machine:\n  ok    farway: version 1\n  note  home: none\n        make one\n\
                    me@host:\n  bad   shell: it is\\u{1b}[2J gone\n        mend it\n";
    assert_eq!(text(&sections), expected);
    assert!(is_bad(&sections));
}

#[test]
fn as_json() {
    let sections = sections(ok("shell", "good"));
    assert!(!is_bad(&sections));
    let json: serde_json::Value = serde_json::from_str(&json(&sections).unwrap()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3);
    assert_eq!((&json[1]["level"], &json[1]["machine"]), (&"note".into(), &serde_json::Value::Null));
    assert_eq!((&json[2]["level"], &json[2]["machine"]), (&"ok".into(), &"me@host".into()));
}
