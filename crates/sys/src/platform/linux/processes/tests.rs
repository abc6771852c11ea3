use super::*;

#[test]
fn lines_are_understood() {
    let line = |name: &str, state: &str, threads: u32| {
        format!("77 ({name}) {state} 42 77 77 34816 77 4194304 1 2 3 4 5 6 7 8 20 0 {threads} 0 123 4 5")
            .into_bytes()
    };
    assert_eq!(parse(&line("sh", "S", 1)), Some((42, true)));
    assert_eq!(parse(&line("a) Z 1 (b c", "R", 1)), Some((42, true)));
    assert_eq!(parse(&line("sh", "Z", 1)), Some((42, false)));
    assert_eq!(parse(&line("sh", "Z", 3)), Some((42, true)), "its other threads run");
    for bad in [&b""[..], b"77", b"77 (sh)", b"77 (sh) S x 1", b"77 (sh) S 42 1 2", b"77 (sh) \xff 1"] {
        assert_eq!(parse(bad), None);
    }
}
