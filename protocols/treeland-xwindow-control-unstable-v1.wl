interface treeland_xwindow_control_v1 1
  request destroy() destructor
  request set_xwindow_position_relative(callback: new wl_callback, wid: uint, anchor: object wl_surface, dx: fixed, dy: fixed)
