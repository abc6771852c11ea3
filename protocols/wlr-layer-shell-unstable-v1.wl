interface zwlr_layer_shell_v1 5
  request get_layer_surface(id: new zwlr_layer_surface_v1, surface: object wl_surface, output: object? wl_output, layer: uint, namespace: string)
  request destroy() destructor since 3

interface zwlr_layer_surface_v1 5
  request set_size(width: uint, height: uint)
  request set_anchor(anchor: uint)
  request set_exclusive_zone(zone: int)
  request set_margin(top: int, right: int, bottom: int, left: int)
  request set_keyboard_interactivity(keyboard_interactivity: uint)
  request get_popup(popup: object xdg_popup)
  request ack_configure(serial: uint)
  request destroy() destructor
  request set_layer(layer: uint) since 2
  request set_exclusive_edge(edge: uint) since 5
  event configure(serial: uint, width: uint, height: uint)
  event closed()
