interface xdg_toplevel_drag_manager_v1 1
  request destroy() destructor
  request get_xdg_toplevel_drag(id: new xdg_toplevel_drag_v1, data_source: object wl_data_source)

interface xdg_toplevel_drag_v1 1
  request destroy() destructor
  request attach(toplevel: object xdg_toplevel, x_offset: int, y_offset: int)
