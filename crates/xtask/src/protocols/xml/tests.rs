use super::*;
use crate::protocols::table;

const TINY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE protocol SYSTEM "wayland.dtd">
<protocol name="tiny">
  <copyright>words that must not get into a table</copyright>
  <interface name="tiny_thing" version="3">
    <description summary="prose">more prose</description>
    <enum name="error"><entry name="bad" value="0" summary="prose"/></enum>
    <request name="destroy" type="destructor"/>
    <event name="said">
      <arg name="text" type="string" allow-null="true" summary="prose"/>
      <arg name="list" type="array"/>
    </event>
    <request name="make" since="2">
      <arg name="id" type="new_id" interface="tiny_other"/>
      <arg name="any" type="new_id"/>
      <arg name="parent" type="object" interface="tiny_thing" allow-null="true"/>
      <arg name="who" type="object"/>
      <arg name="file" type="fd"/>
      <arg name="x" type="fixed"/>
      <arg name="n" type="int"/>
      <arg name="flags" type="uint" enum="error"/>
      <arg name="title" type="string"/>
    </request>
    <event name="gone" type="destructor" since="3"/>
  </interface>
  <interface name="tiny_other" version="1"/>
</protocol>
"#;

const TABLE: &str = "\
interface tiny_thing 3
  request destroy() destructor
  request make(id: new tiny_other, any: new, parent: object? tiny_thing, who: object, file: fd, x: fixed, n: int, \
flags: uint, title: string) since 2
  event said(text: string?, list: array)
  event gone() destructor since 3

interface tiny_other 1
";

#[test]
fn takes_facts_only() {
    let file = table::File { handwritten: false, interfaces: read(TINY).unwrap() };
    assert_eq!(table::print(&file), TABLE);
    assert_eq!(table::parse(TABLE), Ok(file));
}

#[test]
fn other_xml_is_no_protocol() {
    assert_eq!(read("<html/>").unwrap(), []);
    assert_eq!(read("not even xml").unwrap(), []);
    assert_eq!(read("<other><protocol/></other>").unwrap(), []);
}

#[test]
fn bad_xml_is_an_error() {
    for (from, to) in [
        ("</protocol>", ""),
        ("type=\"fd\"", "type=\"file\""),
        ("version=\"3\"", "version=\"three\""),
        ("name=\"make\" ", ""),
        ("name=\"make\"", "name=\"ma ke\""),
        ("name=\"flags\"", "name=\"\""),
    ] {
        assert!(TINY.contains(from));
        assert!(read(&TINY.replace(from, to)).is_err(), "{to}");
    }
}

#[test]
fn version_is_at_least_every_since() {
    let interfaces = read(&TINY.replace("version=\"3\"", "version=\"1\"")).unwrap();
    assert_eq!(interfaces[0].version, 3);
}

#[test]
fn bad_tables_name_their_line() {
    for line in [
        "  request orphan()",
        "interface a",
        "interface a one",
        "interface a-b 1",
        "interface a 1\n  request b",
        "interface a 1\n  request b(c)",
        "interface a 1\n  request b(c: fd d)",
        "interface a 1\n  request b(c: strange)",
        "interface a 1\n  request b() since",
        "interface a 1\n  request b() removed",
        "interface a 1\n  enum b()",
    ] {
        let error = table::parse(&format!("# comment\n\n{line}\n")).unwrap_err();
        assert_eq!(error.line, 2 + line.lines().count(), "{line}");
    }
}

#[test]
fn handwritten_files_say_so() {
    let text = format!("{}\n\n{TABLE}", table::HANDWRITTEN);
    let file = table::parse(&text).unwrap();
    assert!(file.handwritten);
    assert_eq!(table::print(&file), text);
}
