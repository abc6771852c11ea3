interface treeland_layer_shell_extension_manager_v1 1
  request destroy() destructor
  request get_layer_shell_extension_object(id: new treeland_layer_shell_extension_object_v1, surface: object wl_surface)

interface treeland_layer_shell_extension_object_v1 1
  request destroy() destructor
  request begin_resize(seat: object wl_seat, serial: uint, edges: uint, min_width: int, min_height: int, max_width: int, max_height: int)
  event resizing(resizing: uint)
  event resize_rejected(error: uint)
