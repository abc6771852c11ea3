interface wp_color_representation_manager_v1 1
  request destroy() destructor
  request get_surface(id: new wp_color_representation_surface_v1, surface: object wl_surface)
  event supported_alpha_mode(alpha_mode: uint)
  event supported_coefficients_and_ranges(coefficients: uint, range: uint)
  event done()

interface wp_color_representation_surface_v1 1
  request destroy() destructor
  request set_alpha_mode(alpha_mode: uint)
  request set_coefficients_and_range(coefficients: uint, range: uint)
  request set_chroma_location(chroma_location: uint)
