interface hyprland_toplevel_mapping_manager_v1 1
  request get_window_for_toplevel(handle: new hyprland_toplevel_window_mapping_handle_v1, toplevel: object ext_foreign_toplevel_handle_v1)
  request get_window_for_toplevel_wlr(handle: new hyprland_toplevel_window_mapping_handle_v1, toplevel: object zwlr_foreign_toplevel_handle_v1)
  request destroy() destructor

interface hyprland_toplevel_window_mapping_handle_v1 1
  request destroy() destructor
  event window_address(address_hi: uint, address: uint)
  event failed()
