interface wp_single_pixel_buffer_manager_v1 1
  request destroy() destructor
  request create_u32_rgba_buffer(id: new wl_buffer, r: uint, g: uint, b: uint, a: uint)
