interface zxdg_popup_v6 1
  request destroy() destructor
  request grab(seat: object wl_seat, serial: uint)
  event configure(x: int, y: int, width: int, height: int)
  event popup_done()

interface zxdg_positioner_v6 1
  request destroy() destructor
  request set_size(width: int, height: int)
  request set_anchor_rect(x: int, y: int, width: int, height: int)
  request set_anchor(anchor: uint)
  request set_gravity(gravity: uint)
  request set_constraint_adjustment(constraint_adjustment: uint)
  request set_offset(x: int, y: int)

interface zxdg_shell_v6 1
  request destroy() destructor
  request create_positioner(id: new zxdg_positioner_v6)
  request get_xdg_surface(id: new zxdg_surface_v6, surface: object wl_surface)
  request pong(serial: uint)
  event ping(serial: uint)

interface zxdg_surface_v6 1
  request destroy() destructor
  request get_toplevel(id: new zxdg_toplevel_v6)
  request get_popup(id: new zxdg_popup_v6, parent: object zxdg_surface_v6, positioner: object zxdg_positioner_v6)
  request set_window_geometry(x: int, y: int, width: int, height: int)
  request ack_configure(serial: uint)
  event configure(serial: uint)

interface zxdg_toplevel_v6 1
  request destroy() destructor
  request set_parent(parent: object? zxdg_toplevel_v6)
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
