interface weston_content_protection 1
  request destroy() destructor
  request get_protection(id: new weston_protected_surface, surface: object wl_surface)

interface weston_protected_surface 1
  request destroy() destructor
  request set_type(type: uint)
  request enforce()
  request relax()
  event status(type: uint)
