interface wl_scaler 2
  request destroy() destructor
  request get_viewport(id: new wl_viewport, surface: object wl_surface)

interface wl_viewport 2
  request destroy() destructor
  request set(src_x: fixed, src_y: fixed, src_width: fixed, src_height: fixed, dst_width: int, dst_height: int)
  request set_source(x: fixed, y: fixed, width: fixed, height: fixed) since 2
  request set_destination(width: int, height: int) since 2
