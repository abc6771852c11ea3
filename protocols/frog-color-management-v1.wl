# handwritten

interface frog_color_management_factory_v1 1
  request destroy() destructor
  request get_color_managed_surface(surface: object wl_surface, callback: new frog_color_managed_surface)

interface frog_color_managed_surface 1
  request destroy() destructor
  request set_known_transfer_function(transfer_function: uint)
  request set_known_container_color_volume(primaries: uint)
  request set_render_intent(render_intent: uint)
  request set_hdr_metadata(red_x: uint, red_y: uint, green_x: uint, green_y: uint, blue_x: uint, blue_y: uint, white_x: uint, white_y: uint, max_luminance: uint, min_luminance: uint, max_cll: uint, max_fall: uint)
  event preferred_metadata(transfer_function: uint, red_x: uint, red_y: uint, green_x: uint, green_y: uint, blue_x: uint, blue_y: uint, white_x: uint, white_y: uint, max_luminance: uint, min_luminance: uint, max_full_frame_luminance: uint)
