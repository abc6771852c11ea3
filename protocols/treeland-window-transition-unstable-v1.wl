interface treeland_window_transition_manager_v1 1
  request destroy() destructor
  request get_window_transition_rect(rect: new treeland_window_transition_rect_v1, token: string)

interface treeland_window_transition_rect_v1 1
  request destroy() destructor
  request set_geometry(x: int, y: int, width: int, height: int)
  request set_source_surface(surface: object? wl_surface)
  event closed()
