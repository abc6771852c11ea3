interface hyprland_focus_grab_manager_v1 1
  request create_grab(grab: new hyprland_focus_grab_v1)
  request destroy() destructor

interface hyprland_focus_grab_v1 1
  request add_surface(surface: object wl_surface)
  request remove_surface(surface: object wl_surface)
  request commit()
  request destroy() destructor
  event cleared()
