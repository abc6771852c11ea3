use super::*;

#[test]
fn links_survive_being_written_down() {
    for text in ["wifi", "wan", "far", "12.5ms,unlimited,jitter=3ms", "0,3Mbit,buffer=4MiB"] {
        let link: Link = text.parse().expect("a link");
        let again: Link = link.to_text().parse().expect("a link");
        assert_eq!(again.profile, link.profile, "{text}");
        assert!(!link.local && link.profile.buffer.is_some());
    }
    assert!("local".parse::<Link>().expect("a link").local);
    assert!("nowhere".parse::<Link>().is_err());
}
