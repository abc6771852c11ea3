interface xdg_system_bell_v1 1
  request destroy() destructor
  request ring(surface: object? wl_surface)
