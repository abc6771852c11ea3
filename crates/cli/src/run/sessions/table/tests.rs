use super::*;

fn session(command: &str, waits: &str, alone: Option<u64>) -> Summary {
    Summary {
        id: "abcde".into(),
        command: command.into(),
        age: 75,
        alone,
        windows: 2,
        stranded: 0,
        terminal: false,
        waits: waits.into(),
    }
}

#[test]
fn columns_are_as_wide_as_they_must_be() {
    let one = Entry { host: Some("a".into()), session: session("foot", "", None) };
    let waits = session("x\x1b[31m\n", "for its display, which was lost", Some(5));
    let other = Entry { host: Some("bb".into()), session: waits };
    assert_eq!(
        table(std::slice::from_ref(&one), false),
        "ID     COMMAND  AGE  STATE   WINDOWS\nabcde  foot     1m   in use  2\n"
    );
    let both = table(&[one, other], true);
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!(lines[0].find("ID"), lines[2].find("abcde"));
    assert_eq!(lines[0].find("WINDOWS"), lines[2].rfind('2'));
    assert!(lines[2].contains("waits for its display, which was lost 5s ago"), "{both}");
    assert!(lines.len() == 3 && !both.contains('\x1b'), "{both:?}");
}

#[test]
fn long_commands_are_cut() {
    let text = clipped(&"\u{e9}".repeat(50));
    assert_eq!(text.chars().count(), COMMAND_MAX);
    assert!(text.ends_with("..."));
    assert_eq!(clipped(&"x".repeat(40)).len(), 40);
}

#[test]
fn lengths_of_time() {
    for (seconds, text) in
        [(0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3660, "1h01m"), (90_000, "1d1h")]
    {
        assert_eq!(span(seconds), text);
    }
}
