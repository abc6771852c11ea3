interface treeland_active_notify_manager_v1 1
  request destroy() destructor
  request get_active_notify(id: new treeland_active_notify_v1, seat: object wl_seat)

interface treeland_active_notify_v1 1
  request destroy() destructor
  event activity_changed(reason: uint, state: uint)
  event drag_changed(state: uint)
