interface treeland_window_management_v1 1
  request set_desktop(state: uint)
  request destroy() destructor
  event show_desktop(state: uint)
