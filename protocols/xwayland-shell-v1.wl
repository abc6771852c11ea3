interface xwayland_shell_v1 1
  request destroy() destructor
  request get_xwayland_surface(id: new xwayland_surface_v1, surface: object wl_surface)

interface xwayland_surface_v1 1
  request set_serial(serial_lo: uint, serial_hi: uint)
  request destroy() destructor
