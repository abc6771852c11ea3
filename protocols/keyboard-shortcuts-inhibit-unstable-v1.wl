interface zwp_keyboard_shortcuts_inhibit_manager_v1 1
  request destroy() destructor
  request inhibit_shortcuts(id: new zwp_keyboard_shortcuts_inhibitor_v1, surface: object wl_surface, seat: object wl_seat)

interface zwp_keyboard_shortcuts_inhibitor_v1 1
  request destroy() destructor
  event active()
  event inactive()
