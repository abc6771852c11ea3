use super::counted;

fn numbers(line: &str) -> (u64, u64) {
    let count = counted(line);
    (count.passed, count.failed)
}

#[test]
fn closing_lines_are_counted() {
    assert_eq!(numbers("     Summary [   0.1s] 19 tests run: 19 passed, 3 skipped\n"), (19, 0));
    assert_eq!(
        numbers("     Summary [  14.2s] 19 tests run: 16 passed (1 slow), 3 failed, 0 skipped\n"),
        (16, 3)
    );
    assert_eq!(
        numbers("     Summary [  14.2s] 3 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped\n"),
        (1, 2)
    );
    assert_eq!(numbers("     Summary [   0.0s] 0 tests run: 0 passed, 3 skipped\n"), (0, 0));
    assert_eq!(
        numbers("test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n"),
        (7, 0)
    );
    assert_eq!(numbers("test result: FAILED. 7 passed; 2 failed; 0 ignored\n"), (7, 2));
}

#[test]
fn other_lines_are_not() {
    assert_eq!(numbers("    test result: ok. 7 passed; 0 failed; 0 ignored\n"), (0, 0));
    assert_eq!(numbers("running 7 tests, none passed\n"), (0, 0));
}
