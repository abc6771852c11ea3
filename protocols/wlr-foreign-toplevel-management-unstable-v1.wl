interface zwlr_foreign_toplevel_handle_v1 3
  request set_maximized()
  request unset_maximized()
  request set_minimized()
  request unset_minimized()
  request activate(seat: object wl_seat)
  request close()
  request set_rectangle(surface: object wl_surface, x: int, y: int, width: int, height: int)
  request destroy() destructor
  request set_fullscreen(output: object? wl_output) since 2
  request unset_fullscreen() since 2
  event title(title: string)
  event app_id(app_id: string)
  event output_enter(output: object wl_output)
  event output_leave(output: object wl_output)
  event state(state: array)
  event done()
  event closed()
  event parent(parent: object? zwlr_foreign_toplevel_handle_v1) since 3

interface zwlr_foreign_toplevel_manager_v1 3
  request stop()
  event toplevel(toplevel: new zwlr_foreign_toplevel_handle_v1)
  event finished() destructor
