interface treeland_shortcut_capture_v3 1
  request destroy() destructor
  event captured(key: string)
  event failed(reason: uint)

interface treeland_shortcut_manager_v3 1
  request destroy() destructor
  request acquire()
  request bind_key(name: string, key: string, flags: uint, action: uint)
  request bind_swipe_gesture(name: string, finger: uint, direction: uint, action: uint)
  request bind_hold_gesture(name: string, finger: uint, action: uint)
  request unbind(name: string)
  request capture_next_shortcut(surface: object wl_surface, seat: object? wl_seat, capture: new treeland_shortcut_capture_v3)
  event activated(name: string, flags: uint)
  event bind_failure(name: string, error: uint)
