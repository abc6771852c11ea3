use super::*;

#[test]
fn times_are_read() {
    let ms = Duration::from_millis;
    for (text, time) in [
        ("80ms", ms(80)),
        ("1.5s", ms(1500)),
        (" 2 s ", ms(2000)),
        ("250us", Duration::from_micros(250)),
        ("0", ms(0)),
        ("0ms", ms(0)),
        ("60s", ms(60_000)),
    ] {
        assert_eq!(parse_rtt(text), Ok(time), "{text}");
    }
    for text in ["", "ms", "80", "80m", "-1ms", "1.2.3s", "nan s", "1e3ms", "inf"] {
        assert_eq!(parse_rtt(text), Err(ProfileError::Time { text: text.into() }), "{text}");
    }
    assert_eq!(parse_rtt("61s"), Err(ProfileError::TooLong { text: "61s".into() }));
}

#[test]
fn rates_are_read() {
    for (text, rate) in [
        ("20Mbit", Some(20_000_000)),
        ("1Gbit", Some(1_000_000_000)),
        ("2.5 gbit/s", Some(2_500_000_000)),
        ("500kbit", Some(500_000)),
        ("64000bit", Some(64_000)),
        ("unlimited", None),
        ("Unlimited", None),
    ] {
        assert_eq!(parse_rate(text), Ok(rate), "{text}");
    }
    for text in ["", "20", "20MB", "fast", "-1Mbit", "20Mbit/min"] {
        assert_eq!(parse_rate(text), Err(ProfileError::Rate { text: text.into() }), "{text}");
    }
    for text in ["0Mbit", "999bit", "1001Gbit"] {
        assert_eq!(parse_rate(text), Err(ProfileError::RateRange { text: text.into() }), "{text}");
    }
}

#[test]
fn profiles_are_read_and_said() {
    let profile: LinkProfile = "80ms,20Mbit".parse().unwrap();
    assert_eq!(profile.rtt, Duration::from_millis(80));
    assert_eq!(profile.rate, Some(20_000_000));
    assert_eq!(profile.to_string(), "80ms round trip, 20 Mbit/s");
    let full: LinkProfile = "rtt=10ms, rate=unlimited, jitter=5ms, buffer=1MiB".parse().unwrap();
    assert_eq!(full.buffer, Some(1 << 20));
    assert_eq!(full.jitter, Some(Jitter { most: Duration::from_millis(5), seed: 1 }));
    assert_eq!(full.to_string(), "10ms round trip, unlimited rate, up to 5ms jitter");
    for text in ["80ms,20Mbit,5ms", "loss=3"] {
        assert!(matches!(text.parse::<LinkProfile>(), Err(ProfileError::Part { .. })), "{text}");
    }
    assert!(matches!("buffer=0".parse::<LinkProfile>(), Err(ProfileError::Size { .. })));
}

#[test]
fn the_buffer_is_one_bandwidth_delay_product_but_not_tiny() {
    let profile = |text: &str| text.parse::<LinkProfile>().unwrap();
    assert_eq!(profile("80ms,20Mbit").bandwidth_delay(), Some(200_000));
    assert_eq!(profile("80ms,20Mbit").buffer_bytes(), 256 << 10);
    assert_eq!(profile("80ms,1Gbit").buffer_bytes(), 10_000_000);
    assert_eq!(profile("80ms").buffer_bytes(), 256 << 10);
    assert_eq!(profile("rtt=80ms,rate=20Mbit,buffer=4KiB").buffer_bytes(), 4096);
    assert_eq!(profile("60s,1000Gbit").buffer_bytes(), 1 << 30);
}
