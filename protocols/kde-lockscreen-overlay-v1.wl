interface kde_lockscreen_overlay_v1 1
  request allow(surface: object wl_surface)
  request destroy() destructor
