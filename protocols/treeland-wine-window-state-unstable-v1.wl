interface treeland_wine_window_state_manager_v1 1
  request destroy() destructor
  request get_window_state(id: new treeland_wine_window_state_v1, toplevel: object xdg_toplevel)

interface treeland_wine_window_state_v1 1
  request destroy() destructor
  request unminimize()
  request activate(serial: uint, reason: uint, seat: object wl_seat)
  request set_attention(count: uint, timeout_ms: uint)
  request clear_attention()
  event state_changed(state: uint)
  event activate_denied(serial: uint)
