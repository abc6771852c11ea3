interface wp_viewport 1
  request destroy() destructor
  request set_source(x: fixed, y: fixed, width: fixed, height: fixed)
  request set_destination(width: int, height: int)

interface wp_viewporter 1
  request destroy() destructor
  request get_viewport(id: new wp_viewport, surface: object wl_surface)
