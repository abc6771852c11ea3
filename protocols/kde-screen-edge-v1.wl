interface kde_auto_hide_screen_edge_v1 1
  request destroy() destructor
  request deactivate()
  request activate()

interface kde_screen_edge_manager_v1 1
  request destroy() destructor
  request get_auto_hide_screen_edge(id: new kde_auto_hide_screen_edge_v1, border: uint, surface: object wl_surface)
