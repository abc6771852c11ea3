interface wp_pointer_warp_v1 1
  request destroy() destructor
  request warp_pointer(surface: object wl_surface, pointer: object wl_pointer, x: fixed, y: fixed, serial: uint)
