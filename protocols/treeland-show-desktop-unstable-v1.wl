interface treeland_show_desktop_v1 1
  request destroy() destructor
  request set_show_desktop_state(state: uint)
  event show_desktop_state(state: uint)
