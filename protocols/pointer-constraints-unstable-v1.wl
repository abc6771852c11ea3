interface zwp_confined_pointer_v1 1
  request destroy() destructor
  request set_region(region: object? wl_region)
  event confined()
  event unconfined()

interface zwp_locked_pointer_v1 1
  request destroy() destructor
  request set_cursor_position_hint(surface_x: fixed, surface_y: fixed)
  request set_region(region: object? wl_region)
  event locked()
  event unlocked()

interface zwp_pointer_constraints_v1 1
  request destroy() destructor
  request lock_pointer(id: new zwp_locked_pointer_v1, surface: object wl_surface, pointer: object wl_pointer, region: object? wl_region, lifetime: uint)
  request confine_pointer(id: new zwp_confined_pointer_v1, surface: object wl_surface, pointer: object wl_pointer, region: object? wl_region, lifetime: uint)
