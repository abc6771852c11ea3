interface wp_color_management_output_v1 3
  request destroy() destructor
  request get_image_description(image_description: new wp_image_description_v1)
  event image_description_changed()

interface wp_color_management_surface_feedback_v1 3
  request destroy() destructor
  request get_preferred(image_description: new wp_image_description_v1)
  request get_preferred_parametric(image_description: new wp_image_description_v1)
  event preferred_changed(identity: uint)
  event preferred_changed2(identity_hi: uint, identity_lo: uint) since 2

interface wp_color_management_surface_v1 3
  request destroy() destructor
  request set_image_description(image_description: object wp_image_description_v1, render_intent: uint)
  request unset_image_description()

interface wp_color_manager_v1 3
  request destroy() destructor
  request get_output(id: new wp_color_management_output_v1, output: object wl_output)
  request get_surface(id: new wp_color_management_surface_v1, surface: object wl_surface)
  request get_surface_feedback(id: new wp_color_management_surface_feedback_v1, surface: object wl_surface)
  request create_icc_creator(obj: new wp_image_description_creator_icc_v1)
  request create_parametric_creator(obj: new wp_image_description_creator_params_v1)
  request create_windows_scrgb(image_description: new wp_image_description_v1)
  request get_image_description(image_description: new wp_image_description_v1, reference: object wp_image_description_reference_v1) since 2
  request create_windows_bt2100(image_description: new wp_image_description_v1) since 3
  event supported_intent(render_intent: uint)
  event supported_feature(feature: uint)
  event supported_tf_named(tf: uint)
  event supported_primaries_named(primaries: uint)
  event done()

interface wp_image_description_creator_icc_v1 3
  request create(image_description: new wp_image_description_v1) destructor
  request set_icc_file(icc_profile: fd, offset: uint, length: uint)

interface wp_image_description_creator_params_v1 3
  request create(image_description: new wp_image_description_v1) destructor
  request set_tf_named(tf: uint)
  request set_tf_power(eexp: uint)
  request set_primaries_named(primaries: uint)
  request set_primaries(r_x: int, r_y: int, g_x: int, g_y: int, b_x: int, b_y: int, w_x: int, w_y: int)
  request set_luminances(min_lum: uint, max_lum: uint, reference_lum: uint)
  request set_mastering_display_primaries(r_x: int, r_y: int, g_x: int, g_y: int, b_x: int, b_y: int, w_x: int, w_y: int)
  request set_mastering_luminance(min_lum: uint, max_lum: uint)
  request set_max_cll(max_cll: uint)
  request set_max_fall(max_fall: uint)

interface wp_image_description_info_v1 3
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

interface wp_image_description_reference_v1 1
  request destroy() destructor

interface wp_image_description_v1 3
  request destroy() destructor
  request get_information(information: new wp_image_description_info_v1)
  event failed(cause: uint, msg: string)
  event ready(identity: uint)
  event ready2(identity_hi: uint, identity_lo: uint) since 2
