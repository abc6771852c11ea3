interface ext_background_effect_manager_v1 1
  request destroy() destructor
  request get_background_effect(id: new ext_background_effect_surface_v1, surface: object wl_surface)
  event capabilities(flags: uint)

interface ext_background_effect_surface_v1 1
  request destroy() destructor
  request set_blur_region(region: object? wl_region)
