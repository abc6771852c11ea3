interface xdg_toplevel_icon_manager_v1 1
  request destroy() destructor
  request create_icon(id: new xdg_toplevel_icon_v1)
  request set_icon(toplevel: object xdg_toplevel, icon: object? xdg_toplevel_icon_v1)
  event icon_size(size: int)
  event done()

interface xdg_toplevel_icon_v1 1
  request destroy() destructor
  request set_name(icon_name: string)
  request add_buffer(buffer: object wl_buffer, scale: int)
