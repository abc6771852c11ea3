use super::super::table::{self, File};
use super::*;

fn file(text: &str) -> File {
    table::parse(text).unwrap()
}

fn found(stem: &str, text: &str) -> Vec<Found> {
    let interfaces = file(text).interfaces;
    interfaces.into_iter().map(|interface| Found { stem: stem.to_owned(), interface }).collect()
}

fn tables(entries: &[(&str, &str)]) -> Tables {
    entries.iter().map(|(stem, text)| ((*stem).to_owned(), file(text))).collect()
}

/// The printed result, file by file.
fn printed(choice: &Choice) -> String {
    choice.files.iter().map(|(stem, file)| format!("[{stem}]\n{}", table::print(file))).collect()
}

const ONE: &str = "interface a 1\n  request x()\n";
const TWO: &str = "interface a 2\n  request x()\n  request y(n: int) since 2\n";

#[test]
fn highest_version_wins_in_any_order() {
    let mut all = [found("a-unstable-v1", ONE), found("a-v1", TWO), found("a-old", ONE)].concat();
    for _ in 0..all.len() {
        all.rotate_left(1);
        let choice = choose(&Tables::new(), all.clone());
        assert_eq!(printed(&choice), format!("[a-v1]\n{TWO}"));
        assert_eq!(choice.notes, []);
    }
}

#[test]
fn stable_name_wins_among_equals() {
    let choice = choose(&Tables::new(), [found("a-unstable-v1", ONE), found("a-v1-long-name", ONE)].concat());
    assert_eq!(printed(&choice), format!("[a-v1-long-name]\n{ONE}"));
}

#[test]
fn tables_keep_what_no_xml_has() {
    let old = tables(&[("a", TWO), ("b", "interface b 1\n")]);
    let choice = choose(&old, found("a", ONE));
    assert_eq!(choice.files, old);
    assert_eq!(choose(&choice.files, Vec::new()).files, old);
}

#[test]
fn xml_corrects_a_table_of_the_same_version() {
    let wrong = "interface a 1\n  request y()\n";
    let choice = choose(&tables(&[("a", wrong)]), found("a", ONE));
    assert_eq!(printed(&choice), format!("[a]\n{ONE}"));
}

#[test]
fn disagreement_is_reported() {
    let other = "interface a 1\n  request x(n: fd)\n";
    let choice = choose(&Tables::new(), [found("new", TWO), found("old", other)].concat());
    let note = Note::Conflict {
        interface: "a".to_owned(),
        chosen: "new version 2".to_owned(),
        other: "old version 1".to_owned(),
    };
    assert_eq!(choice.notes, [note]);
}

/// `shell` of the old file creates another `surface` than the one that was chosen.
#[test]
fn users_of_a_lost_description_go_too() {
    let old = "interface shell 1\n  request get(id: new surface)\ninterface surface 1\n  request x()\n";
    let new = "interface base 1\n  request get(id: new surface)\ninterface surface 2\n  request y()\n";
    let choice = choose(&Tables::new(), [found("old", old), found("new", new)].concat());
    let names: Vec<&str> = choice.files["new"].interfaces.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["base", "surface"]);
    assert!(!choice.files.contains_key("old"));
}

#[test]
fn unknown_children_leave_their_parent_out() {
    let text = "interface a 1\n  request x(id: new b)\ninterface c 1\n  request x(id: new a)\n";
    let choice = choose(&Tables::new(), found("a", text));
    assert!(choice.files.is_empty());
    assert_eq!(choice.notes.len(), 2);
}

#[test]
fn handwritten_files_are_left_alone() {
    let old = tables(&[("a", &format!("{}\n\n{ONE}", table::HANDWRITTEN))]);
    let choice = choose(&old, [found("a", TWO), found("a", "interface z 1\n")].concat());
    assert_eq!(choice.files["a"], old["a"]);
    assert_eq!(table::print(&choice.files["a-xml"]), "interface z 1\n");
    assert_eq!(choice.notes.len(), 1);
}

/// The tables in the tree are what the chore would write.
#[test]
fn the_tree_is_consistent() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocols");
    let old = super::super::read_tables(&folder).unwrap();
    assert!(old.len() > 100);
    let choice = choose(&old, Vec::new());
    assert_eq!(choice.notes, []);
    for (stem, file) in &old {
        assert_eq!(Some(file), choice.files.get(stem), "{stem}");
        let text = std::fs::read_to_string(folder.join(format!("{stem}.wl"))).unwrap();
        assert_eq!(text, table::print(file), "{stem}");
    }
}
