use super::*;
use crate::testing::FULL;

#[test]
fn round_trips() {
    for (text, cid, port, to_host) in [
        ("0", None, 0, false),
        ("1234", None, 1234, false),
        ("4294967295", None, u32::MAX, false),
        ("2:1", Some(2), 1, false),
        ("4294967295:4294967295", Some(u32::MAX), u32::MAX, false),
        ("s3:5000", Some(3), 5000, true),
    ] {
        let address = VsockAddr { cid, port, to_host };
        assert_eq!(text.parse(), Ok(address));
        assert_eq!(address.to_string(), text);
    }
}

#[test]
fn mistakes() {
    for text in ["", ":", "1:", "x", "1:x", "-1", "+1", "4294967296", "2:4294967296", "0x10", "1 ", "1:2:3"] {
        assert_eq!(text.parse::<VsockAddr>(), Err(VsockParseError::Port), "{text:?}");
    }
    for text in [":1", "s:1", "ss1:1", "S1:1", "x:1", "4294967296:1", "1s:1"] {
        assert_eq!(text.parse::<VsockAddr>(), Err(VsockParseError::Cid), "{text:?}");
    }
}

#[test]
fn unsupported_or_a_system_error_but_no_hang() {
    // Whether this machine has vsock is not known; port 0 is never listened on.
    let error = connect(VsockAddr { cid: Some(1), port: 0, to_host: false }).unwrap_err();
    assert!(FULL || error.kind() == io::ErrorKind::Unsupported);
}

#[test]
fn loopback_where_there_is_one() {
    let port = 0x4000_0000 | std::process::id();
    let Ok(listening) = listen(port) else { return };
    // CID 1 is this machine, if its kernel has the loopback transport.
    let Ok(_client) = connect(VsockAddr { cid: Some(1), port, to_host: false }) else { return };
    assert!(listening.accept().unwrap().is_some());
    assert!(listening.accept().unwrap().is_none());
}
