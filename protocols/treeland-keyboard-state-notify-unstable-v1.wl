interface treeland_keyboard_state_notify_manager_v1 1
  request destroy() destructor
  request get_keyboard_state_watcher(id: new treeland_keyboard_state_watcher_v1, seat: object? wl_seat)

interface treeland_keyboard_state_watcher_v1 1
  request destroy() destructor
  request set_modifiers(modifiers: uint)
  request set_flags(flags: uint)
  request apply()
  event current_state(modifier: uint, state: uint)
  event state_changed(modifier: uint, state: uint)
