# handwritten

interface xx_color_manager_v4 1
  request destroy() destructor
  request get_output(id: new xx_color_management_output_v4, output: object wl_output)
  request get_surface(id: new xx_color_management_surface_v4, surface: object wl_surface)
  request get_feedback_surface(id: new xx_color_management_feedback_surface_v4, surface: object wl_surface)
  request new_icc_creator(obj: new xx_image_description_creator_icc_v4)
  request new_parametric_creator(obj: new xx_image_description_creator_params_v4)
  event supported_intent(render_intent: uint)
  event supported_feature(feature: uint)
  event supported_tf_named(tf: uint)
  event supported_primaries_named(primaries: uint)

interface xx_color_management_output_v4 1
  request destroy() destructor
  request get_image_description(image_description: new xx_image_description_v4)
  event image_description_changed()

interface xx_color_management_surface_v4 1
  request destroy() destructor
  request set_image_description(image_description: object xx_image_description_v4, render_intent: uint)
  request unset_image_description()

interface xx_color_management_feedback_surface_v4 1
  request destroy() destructor
  request get_preferred(image_description: new xx_image_description_v4)
  event preferred_changed()

interface xx_image_description_creator_icc_v4 1
  request create(image_description: new xx_image_description_v4) destructor
  request set_icc_file(icc_profile: fd, offset: uint, length: uint)

interface xx_image_description_creator_params_v4 1
  request create(image_description: new xx_image_description_v4) destructor
  request set_tf_named(tf: uint)
  request set_tf_power(eexp: uint)
  request set_primaries_named(primaries: uint)
  request set_primaries(r_x: int, r_y: int, g_x: int, g_y: int, b_x: int, b_y: int, w_x: int, w_y: int)
  request set_luminances(min_lum: uint, max_lum: uint, reference_lum: uint)
  request set_mastering_display_primaries(r_x: int, r_y: int, g_x: int, g_y: int, b_x: int, b_y: int, w_x: int, w_y: int)
  request set_mastering_luminance(min_lum: uint, max_lum: uint)
  request set_max_cll(max_cll: uint)
  request set_max_fall(max_fall: uint)

interface xx_image_description_v4 1
  request destroy() destructor
  request get_information(information: new xx_image_description_info_v4)
  event failed(cause: uint, msg: string)
  event ready(identity: uint)

interface xx_image_description_info_v4 1
  event done() destructor
  event icc_file(icc: fd, icc_size: uint)
  event primaries(r_x: int, r_y: int, g_x: int, g_y: int, b_x: int, b_y: int, w_x: int, w_y: int)
  event primaries_named(primaries: uint)
  event tf_power(eexp: uint)
  event tf_named(tf: uint)
  event luminances(min_lum: uint, max_lum: uint, reference_lum: uint)
  event target_primaries(r_x: int, r_y: int, g_x: int, g_y: int, b_x: int, b_y: int, w_x: int, w_y: int)
  event target_luminance(min_lum: uint, max_lum: uint)
  event target_max_cll(max_cll: uint)
  event target_max_fall(max_fall: uint)
