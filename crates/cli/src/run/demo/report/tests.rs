use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn the_table_says_what_was_measured() {
    let figures = Figures {
        link: "80ms round trip, 20 Mbit/s".into(),
        total: Snapshot { at: MS(10_000), frames: 598, up: 12_400_000, down: 48_000 },
        first_frame: Some(MS(212)),
        p50: Some(Duration::from_micros(8_140)),
        p99: Some(MS(104)),
        pixels: Some(Pixels { damaged: 598 * 1_200_000, differing: Some(200_000_000), sent: 12_000_000 }),
    };
    let wanted = "\
link              80ms round trip, 20 Mbit/s
frames            598 in 10.0 s, 59.8 per second
first frame       after 212 ms
latency           p50 8.1 ms, p99 104 ms
sent per frame    20.2 KiB (11.8 MiB in all, 46.9 KiB back)
damage per frame  1.1 MiB of pixels
saved by diff     72.1 %
saved by packing  94.0 %
";
    assert_eq!(table(&figures), wanted);
}

#[test]
fn the_table_is_silent_about_the_rest() {
    assert_eq!(table(&Figures::default()), "frames  0 in 0.0 s\n");
    let total = Snapshot { at: MS(1000), frames: 0, up: 100, down: 0 };
    let pixels = Some(Pixels { damaged: 0, differing: None, sent: 0 });
    let figures = Figures { total, pixels, p50: Some(MS(1)), ..Figures::default() };
    assert_eq!(table(&figures), "frames  0 in 1.0 s, 0.0 per second\n");
    let pixels = Some(Pixels { damaged: 1 << 30, differing: None, sent: 1 });
    let figures = Figures { total: Snapshot { frames: 1, ..total }, pixels, ..Figures::default() };
    assert!(table(&figures).ends_with("saved in all      99.9 %\n"), "{}", table(&figures));
}

#[test]
fn the_status_is_of_the_time_between() {
    let before = Snapshot { at: MS(1000), frames: 60, up: 1_000_000, down: 0 };
    let now = Snapshot { at: MS(1500), frames: 90, up: 1_300_000, down: 0 };
    let text = "60 frames/s  latency 81 ms  9.8 KiB per frame  4.8 Mbit/s";
    assert_eq!(status(&before, &now, Some(MS(81))), text);
    assert_eq!(status(&now, &Snapshot { at: MS(2000), ..now }, None), "0 frames/s  0.0 Mbit/s");
    // Time that stands still or goes back is no reason to divide by zero.
    assert_eq!(status(&now, &before, None), "");
}

#[test]
fn bytes_have_units() {
    for (bytes, text) in [
        (0.0, "0 B"),
        (999.0, "999 B"),
        (1000.0, "1.0 KiB"),
        (1536.0, "1.5 KiB"),
        (250.0 * 1024.0, "250 KiB"),
        (1_048_576.0, "1.0 MiB"),
        (5e15, "4547 TiB"),
    ] {
        assert_eq!(Bytes(bytes).to_string(), text);
    }
}

#[test]
fn the_live_line_is_for_terminals_and_fits() {
    let mut line = LiveLine::new(Some(8));
    assert_eq!(line.end(), "");
    assert_eq!(line.show("0123\n456789"), "\r0123456\x1b[K");
    assert_eq!((line.end(), line.end()), ("\r\x1b[K", ""));
    let mut silent = LiveLine::new(None);
    assert_eq!((silent.show("text").as_str(), silent.end()), ("", ""));
}
