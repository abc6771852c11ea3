//! 7.2: globals.

use super::*;

fn global(name: u32, interface: &str, version: u32) -> Builder {
    event("wl_registry", "global", 2).uint(name).str(interface.as_bytes()).uint(version)
}

fn bind(name: u32, interface: &str, version: u32) -> Builder {
    request("wl_registry", "bind", 2).uint(name).str(interface.as_bytes()).uint(version).new_id(ObjectId(50))
}

/// Both halves with a registry that listed `interface` as name 1.
fn listed(interface: &str, version: u32) -> [Rig; 2] {
    let registry = || request("wl_display", "get_registry", 1).new_id(ObjectId(2));
    let (mut app, mut display) = (Rig::app(), Rig::display());
    app.local([registry()], 0).messages([(global(1, interface, version), 0)]);
    display.messages([(registry(), 0)]).local([global(1, interface, version)], 0);
    app.frames.clear();
    [app, display]
}

/// G1: what is hidden is neither seen nor bound.
#[test]
fn g1_hidden() {
    for interface in [
        "wl_drm",
        "zwp_linux_dmabuf_v1",
        "wp_drm_lease_device_v1",
        "zwlr_export_dmabuf_manager_v1",
        "zwp_linux_explicit_synchronization_v1",
        "wp_security_context_manager_v1",
        "wp_linux_drm_syncobj_manager_v1",
    ] {
        let [mut app, mut display] = listed(interface, 1);
        assert_eq!((app.got(), display.kinds()), (vec![], vec![]), "{interface}");
        let hidden = Reason::HiddenGlobal(1);
        assert_eq!(app.try_local([bind(1, interface, 1)], 0), fault(Party::App, hidden));
        let result = display.try_peer(protocol([(bind(1, interface, 1), 0)]));
        assert_eq!(result, fault(Party::Peer, hidden));
        // A name that nobody heard of does not help, and neither does a wrong interface.
        let [mut app, _] = listed(interface, 1);
        assert_eq!(app.try_local([bind(77, interface, 1)], 0), fault(Party::App, Reason::HiddenGlobal(77)));
        let [mut app, _] = listed(interface, 1);
        assert_eq!(app.try_local([bind(1, "wl_seat", 1)], 0), fault(Party::App, hidden));
    }
}

/// G2: versions are capped in what is seen and in what is bound.
#[test]
fn g2_capped() {
    let capped = [("wl_shm", 2), ("zwlr_screencopy_manager_v1", 3), ("ext_image_copy_capture_manager_v1", 1)];
    for (interface, cap) in capped {
        let [mut app, mut display] = listed(interface, cap + 5);
        assert_eq!(app.local[0].2.last_chunk(), Some(&cap.to_le_bytes()));
        let seen = display.frames.pop().and_then(|it| it.body().cloned());
        assert_eq!(seen.as_deref().and_then(<[u8]>::last_chunk), Some(&cap.to_le_bytes()));
        app.local([bind(1, interface, cap)], 0);
        let [mut app, _] = listed(interface, cap + 5);
        let above = app.try_local([bind(1, interface, cap + 1)], 0);
        assert_eq!(above, fault(Party::App, Reason::HiddenGlobal(1)));
    }
    // Unknown interfaces pass in any version.
    let [mut app, _] = listed("zunknown_v9", 99);
    assert_eq!(app.got(), [(2, 0)]);
    app.local([bind(1, "zunknown_v9", 99)], 0);
}

/// G19: the removal of what was hidden is not seen, at any registry; any other is.
#[test]
fn g19_removal() {
    let remove = |registry| event("wl_registry", "global_remove", registry).uint(1);
    let [mut app, mut display] = listed("wl_drm", 1);
    app.local([request("wl_display", "get_registry", 1).new_id(ObjectId(3))], 0);
    display.messages([(request("wl_display", "get_registry", 1).new_id(ObjectId(3)), 0)]);
    for registry in [2, 3] {
        app.messages([(remove(registry), 0)]);
        display.local([remove(registry)], 0);
    }
    assert_eq!((app.got(), display.kinds()), (vec![], vec![]));
    let [mut app, _] = listed("wl_output", 1);
    app.messages([(remove(2), 0)]);
    assert_eq!(app.got(), [(2, 0), (2, 1)]);
    // What is going may still be bound.
    app.local([bind(1, "wl_output", 1)], 0);
}

/// Only so many globals.
#[test]
fn globals_are_bounded() {
    let mut config = Config::default();
    config.limits.globals = 2;
    let mut rig = Rig::new(Role::Display, config);
    rig.messages([(request("wl_display", "get_registry", 1).new_id(ObjectId(2)), 0)]);
    rig.local([global(1, "wl_seat", 1), global(2, "wl_output", 1), global(1, "wl_seat", 1)], 0);
    let third = rig.try_local([global(3, "wl_output", 1)], 0);
    assert_eq!(third, fault(Party::Compositor, Reason::Limit(fault::Limited::Globals)));
}
