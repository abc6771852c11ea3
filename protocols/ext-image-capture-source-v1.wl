interface ext_foreign_toplevel_image_capture_source_manager_v1 1
  request create_source(source: new ext_image_capture_source_v1, toplevel_handle: object ext_foreign_toplevel_handle_v1)
  request destroy() destructor

interface ext_image_capture_source_v1 1
  request destroy() destructor

interface ext_output_image_capture_source_manager_v1 1
  request create_source(source: new ext_image_capture_source_v1, output: object wl_output)
  request destroy() destructor
