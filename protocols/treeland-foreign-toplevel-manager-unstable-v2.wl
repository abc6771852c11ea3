interface treeland_dock_preview_context_v2 1
  request destroy() destructor
  request show(identifiers: array, x: int, y: int, direction: uint)
  request show_tooltip(tooltip: string, x: int, y: int, direction: uint)
  request close()
  event enter()
  event leave()

interface treeland_foreign_toplevel_handle_v2 1
  request destroy() destructor
  request set_maximized()
  request unset_maximized()
  request set_minimized()
  request unset_minimized()
  request set_fullscreen(output: object? wl_output)
  request unset_fullscreen()
  request activate(seat: object wl_seat)
  request close()
  request set_icon_geometry(surface: object wl_surface, x: int, y: int, width: int, height: int)
  event pid(pid: uint)
  event title(title: string)
  event app_id(app_id: string)
  event identifier(identifier: uint)
  event output_enter(output: object wl_output)
  event output_leave(output: object wl_output)
  event state(state: array)
  event done()
  event closed()
  event parent(parent: object? treeland_foreign_toplevel_handle_v2)

interface treeland_foreign_toplevel_manager_v2 1
  request destroy() destructor
  request stop()
  request get_dock_preview_context(relative_surface: object wl_surface, id: new treeland_dock_preview_context_v2)
  event toplevel(toplevel: new treeland_foreign_toplevel_handle_v2)
  event finished()
