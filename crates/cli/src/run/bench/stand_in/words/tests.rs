use super::*;

fn parse(line: &str) -> Option<Words> {
    Words::parse(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
}

fn forward(far: &str, near: &str) -> (PathBuf, PathBuf) {
    (far.into(), near.into())
}

#[test]
fn what_waypipe_says() {
    let words =
        parse("-R /f.sock:/n.sock bench -- /bin/waypipe --threads 0 server sh -c true").expect("words");
    assert_eq!(words.forwards, [forward("/f.sock", "/n.sock")]);
    assert_eq!(words.command, "/bin/waypipe --threads 0 server sh -c true");
    let words = parse("-t -R/f:/n user@bench waypipe -c lz4 server").expect("words");
    assert_eq!(words.forwards, [forward("/f", "/n")]);
    assert_eq!(words.command, "waypipe -c lz4 server");
}

#[test]
fn what_farway_says() {
    let words =
        parse("-o ConnectTimeout=5 -oControlPath=/x -4Cp 22 -T bench exec sh -c 'x -R a:b'").expect("words");
    assert_eq!(words, Words { command: "exec sh -c 'x -R a:b'".into(), forwards: Vec::new() });
}

#[test]
fn what_is_missing() {
    for line in ["", "-T", "-p 22", "bench", "-o x bench --", "-R"] {
        assert_eq!(parse(line), None, "{line}");
    }
}
