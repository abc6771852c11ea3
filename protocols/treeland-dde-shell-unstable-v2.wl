interface treeland_dde_shell_manager_v2 1
  request destroy() destructor
  request get_shell_surface(id: new treeland_dde_shell_surface_v2, surface: object wl_surface)

interface treeland_dde_shell_surface_v2 1
  request destroy() destructor
  request set_role(role: uint)
  request set_position_hint(output: object? wl_output, x: int, y: int)
  request set_cursor_placement_hint(x_offset: int, y_offset: int)
  request set_skip_flags(flags: uint)
  request set_accept_keyboard_focus(accept: uint)
