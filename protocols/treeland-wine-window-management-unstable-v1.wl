interface treeland_wine_window_control_v1 1
  request destroy() destructor
  request set_position(x: int, y: int, serial: uint)
  request set_z_order(op: uint, sibling_id: uint)
  event window_id(id: uint)
  event configure_position(x: int, y: int, serial: uint)
  event configure_stacking(topmost: uint)

interface treeland_wine_window_manager_v1 1
  request destroy() destructor
  request get_window_control(id: new treeland_wine_window_control_v1, toplevel: object xdg_toplevel)
