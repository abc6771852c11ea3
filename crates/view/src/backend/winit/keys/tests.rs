use super::*;

#[test]
fn keys_have_their_codes_and_no_name_has_two() {
    let of = |key| code(PhysicalKey::Code(key));
    assert_eq!(
        (of(KeyCode::KeyA), of(KeyCode::Enter), of(KeyCode::SuperLeft)),
        (Some(30), Some(28), Some(125))
    );
    assert_eq!((of(KeyCode::F24), of(KeyCode::IntlYen)), (Some(194), Some(124)));
    assert_eq!((of(KeyCode::F35), of(KeyCode::Hyper)), (None, None));
    assert_eq!(code(PhysicalKey::Unidentified(NativeKeyCode::Xkb(224))), Some(224));
    assert_eq!(code(PhysicalKey::Unidentified(NativeKeyCode::MacOS(3))), None);
    for (at, entry) in TABLE.iter().enumerate() {
        assert!(TABLE[at + 1..].iter().all(|other| other.0 != entry.0), "{entry:?}");
    }
}

/// What this host's winit itself thinks, where it does.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
#[test]
fn codes_are_those_of_the_host() {
    use winit::platform::scancode::PhysicalKeyExtScancode;
    let mut known = 0;
    for (key, code) in TABLE {
        if let Some(host) = PhysicalKey::Code(*key).to_scancode() {
            assert_eq!(host, *code, "{key:?}");
            known += 1;
        }
    }
    assert!(known > 120, "{known}");
}

#[test]
fn every_press_has_one_release() {
    let mut keys = Keys::default();
    assert_eq!(keys.set(30, false), None);
    assert_eq!(keys.set(30, true), Some(Input::Key { code: 30, pressed: true }));
    assert_eq!(keys.set(30, true), None);
    keys.set(42, true);
    let released: Vec<Input> = keys.release_all().collect();
    assert_eq!(released.len(), 2);
    assert_eq!(released[0], Input::Key { code: 30, pressed: false });
    assert_eq!((keys.release_all().count(), keys.set(42, false)), (0, None));
}
