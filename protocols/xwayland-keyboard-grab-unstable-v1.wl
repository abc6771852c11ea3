interface zwp_xwayland_keyboard_grab_manager_v1 1
  request destroy() destructor
  request grab_keyboard(id: new zwp_xwayland_keyboard_grab_v1, surface: object wl_surface, seat: object wl_seat)

interface zwp_xwayland_keyboard_grab_v1 1
  request destroy() destructor
