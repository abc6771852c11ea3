interface wp_fractional_scale_manager_v1 1
  request destroy() destructor
  request get_fractional_scale(id: new wp_fractional_scale_v1, surface: object wl_surface)

interface wp_fractional_scale_v1 1
  request destroy() destructor
  event preferred_scale(scale: uint)
