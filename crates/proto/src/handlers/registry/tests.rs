//! Which interfaces applications never see.

use super::*;
use crate::wayland::all;

/// G1, G3: a new line here means: nobody will see that interface any more; a missing one: that they do.
#[test]
fn g1_hidden_interfaces_are_all_known() {
    let names = all().iter().map(|interface| interface.name).chain(HIDDEN.iter().copied());
    let mut hidden: Vec<&str> = names.filter(|it| is_hidden(it.as_bytes()).is_some()).collect();
    hidden.sort_unstable();
    hidden.dedup();
    let golden: Vec<&str> = include_str!("golden/hidden.txt").lines().collect();
    assert_eq!(hidden, golden, "{}", hidden.join("\n"));
}

/// What must work is not hidden by the way its descriptors are judged.
#[test]
fn g1_common_globals_are_visible() {
    for name in [
        "wl_compositor",
        "wl_shm",
        "wl_seat",
        "wl_output",
        "wl_data_device_manager",
        "xdg_wm_base",
        "wp_presentation",
        "wp_viewporter",
        "wp_color_manager_v1",
        "zwlr_screencopy_manager_v1",
        "ext_image_copy_capture_manager_v1",
        "zwp_virtual_keyboard_manager_v1",
        "zwp_input_method_manager_v2",
        "zwlr_gamma_control_manager_v1",
    ] {
        assert!(by_name(name.as_bytes()).is_some(), "{name} is in the tables");
        assert_eq!(is_hidden(name.as_bytes()), None, "{name}");
    }
}
