interface wp_alpha_modifier_surface_v1 1
  request destroy() destructor
  request set_multiplier(factor: uint)

interface wp_alpha_modifier_v1 1
  request destroy() destructor
  request get_surface(id: new wp_alpha_modifier_surface_v1, surface: object wl_surface)
