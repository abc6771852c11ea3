interface xdg_popup 7
  request destroy() destructor
  request grab(seat: object wl_seat, serial: uint)
  request reposition(positioner: object xdg_positioner, token: uint) since 3
  event configure(x: int, y: int, width: int, height: int)
  event popup_done()
  event repositioned(token: uint) since 3

interface xdg_positioner 7
  request destroy() destructor
  request set_size(width: int, height: int)
  request set_anchor_rect(x: int, y: int, width: int, height: int)
  request set_anchor(anchor: uint)
  request set_gravity(gravity: uint)
  request set_constraint_adjustment(constraint_adjustment: uint)
  request set_offset(x: int, y: int)
  request set_reactive() since 3
  request set_parent_size(parent_width: int, parent_height: int) since 3
  request set_parent_configure(serial: uint) since 3

interface xdg_surface 7
  request destroy() destructor
  request get_toplevel(id: new xdg_toplevel)
  request get_popup(id: new xdg_popup, parent: object? xdg_surface, positioner: object xdg_positioner)
  request set_window_geometry(x: int, y: int, width: int, height: int)
  request ack_configure(serial: uint)
  event configure(serial: uint)

interface xdg_toplevel 7
  request destroy() destructor
  request set_parent(parent: object? xdg_toplevel)
  request set_title(title: string)
  request set_app_id(app_id: string)
  request show_window_menu(seat: object wl_seat, serial: uint, x: int, y: int)
  request move(seat: object wl_seat, serial: uint)
  request resize(seat: object wl_seat, serial: uint, edges: uint)
  request set_max_size(width: int, height: int)
  request set_min_size(width: int, height: int)
  request set_maximized()
  request unset_maximized()
  request set_fullscreen(output: object? wl_output)
  request unset_fullscreen()
  request set_minimized()
  event configure(width: int, height: int, states: array)
  event close()
  event configure_bounds(width: int, height: int) since 4
  event wm_capabilities(capabilities: array) since 5

interface xdg_wm_base 7
  request destroy() destructor
  request create_positioner(id: new xdg_positioner)
  request get_xdg_surface(id: new xdg_surface, surface: object wl_surface)
  request pong(serial: uint)
  event ping(serial: uint)
