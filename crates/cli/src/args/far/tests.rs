use super::*;

#[test]
fn flags_of_ours_end_where_options_end() {
    let mut words: Vec<OsString> = ["a", "--json", "--", "--json"].map(OsString::from).into();
    assert!(take_flag(&mut words, "--json"));
    assert_eq!(words, ["a", "--", "--json"]);
    assert!(!take_flag(&mut words, "--json"));
}

#[test]
fn times_to_wait() {
    let seconds = |text: &str| grace(text).map(|time| time.as_secs());
    assert_eq!(seconds("0"), Ok(0));
    assert_eq!(seconds("90s"), Ok(90));
    assert_eq!(seconds("15m"), Ok(900));
    assert_eq!(seconds("24h"), Ok(86_400));
    assert_eq!(seconds("7d"), Ok(604_800));
    assert_eq!(seconds("0s"), Ok(0));
    assert_eq!(seconds("4294967295d"), Ok(4_294_967_295 * 86_400));
    for bad in ["", "s", "5", "-5s", "+5s", "1.5h", "5 s", "5S", "4294967296s", "5\u{b5}", "\u{b5}", "1h30m"]
    {
        assert_eq!(seconds(bad), Err(GraceError), "{bad:?}");
    }
}
