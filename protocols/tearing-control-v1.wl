interface wp_tearing_control_manager_v1 1
  request destroy() destructor
  request get_tearing_control(id: new wp_tearing_control_v1, surface: object wl_surface)

interface wp_tearing_control_v1 1
  request set_presentation_hint(hint: uint)
  request destroy() destructor
