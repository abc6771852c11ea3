interface hyprland_surface_manager_v1 2
  request get_hyprland_surface(id: new hyprland_surface_v1, surface: object wl_surface)
  request destroy() destructor

interface hyprland_surface_v1 2
  request set_opacity(opacity: fixed)
  request destroy() destructor
  request set_visible_region(region: object? wl_region) since 2
