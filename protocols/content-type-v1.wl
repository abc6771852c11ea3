interface wp_content_type_manager_v1 1
  request destroy() destructor
  request get_surface_content_type(id: new wp_content_type_v1, surface: object wl_surface)

interface wp_content_type_v1 1
  request destroy() destructor
  request set_content_type(content_type: uint)
