use super::*;

#[test]
fn the_first_stage_is_one_line_for_every_shell() {
    let names = vec!["farway-1-aa".to_string(), "farway-1-bb".to_string()];
    for bootstrap in [true, false] {
        let stage = Stage1 { first_flight_len: 512, bootstrap, names: names.clone(), ..Stage1::default() };
        let text = stage1(&stage).expect("a text");
        assert!(text.starts_with(STAGE1_MARK));
        assert!(!text.contains(['\n', '!', '\\']) && text.matches('\'').count() == 2, "{text}");
        assert_eq!(text.contains("eval"), bootstrap);
        // Old shells have short lines.
        assert!(text.len() < 1400, "{}", text.len());
    }
}

#[test]
fn names_that_cannot_be_said_are_refused() {
    let stage = |bin: &str| stage1(&Stage1 { remote_bin: Some(bin.into()), ..Stage1::default() });
    for bin in ["", "a\nb", "a\tb", "\x1b[m"] {
        assert_eq!(stage(bin), Err(ScriptError::RemoteBin));
    }
    assert!(stage("it's").expect("a text").ends_with(r"' 'it'\''s'"));
}

#[test]
fn the_second_stage_has_its_length_and_no_gaps() {
    let stage = Stage2 {
        name: format!("farway-{}-{}", "9".repeat(64), "f".repeat(16)),
        len: u64::MAX,
        packed_len: u64::MAX,
        gzip: true,
        sum: Sum::Openssl,
        digest: "f".repeat(64),
    };
    let bytes = stage2(&stage);
    assert_eq!(bytes.len(), STAGE2_LEN);
    assert!(!bytes.contains(&b'@'));
    // Nothing but definitions before the last line.
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert_eq!(text.trim_end().lines().last(), Some("fwgo"));
}
