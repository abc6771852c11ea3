interface wp_cursor_shape_device_v1 2
  request destroy() destructor
  request set_shape(serial: uint, shape: uint)

interface wp_cursor_shape_manager_v1 2
  request destroy() destructor
  request get_pointer(cursor_shape_device: new wp_cursor_shape_device_v1, pointer: object wl_pointer)
  request get_tablet_tool_v2(cursor_shape_device: new wp_cursor_shape_device_v1, tablet_tool: object zwp_tablet_tool_v2)
