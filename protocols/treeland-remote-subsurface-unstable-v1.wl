interface treeland_exported_surface_v1 1
  request destroy() destructor
  request create_remote_subsurface(id: new treeland_remote_subsurface_v1, parent_token: string)
  event surface_token(token: string)
  event parent_rejected(reason: uint, parent_token: string)

interface treeland_remote_subsurface_manager_v1 1
  request destroy() destructor
  request export_surface(id: new treeland_exported_surface_v1, surface: object wl_surface)

interface treeland_remote_subsurface_v1 1
  request destroy() destructor
  request set_position(x: int, y: int)
  request place_above(sibling_token: string)
  request place_below(sibling_token: string)
  event invalid_sibling(sibling_token: string)
