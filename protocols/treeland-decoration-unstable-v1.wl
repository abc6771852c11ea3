interface treeland_decoration_context_v1 1
  request destroy() destructor
  request set_corner_radius(radius: uint)
  request set_shadow(radius: uint, offset_x: int, offset_y: int, r: uint, g: uint, b: uint, a: uint)
  request set_border(width: uint, r: uint, g: uint, b: uint, a: uint)
  request set_titlebar_mode(mode: uint)

interface treeland_decoration_manager_v1 1
  request destroy() destructor
  request get_decoration_context(id: new treeland_decoration_context_v1, surface: object wl_surface)
