interface kde_mode_list_v2 22
  request destroy() destructor
  request add_mode()
  request set_resolution(width: uint, height: uint)
  request set_refresh_rate(rate: uint)
  request set_reduced_blanking(reduced: uint)
  request add_cvt(dot_clock: uint, hdisplay: uint, hsync_start: uint, hsync_end: uint, htotal: uint, hskew: uint, vdisplay: uint, vsync_start: uint, vsync_end: uint, vtotal: uint, vscan: uint, flags: uint) since 22

interface kde_output_configuration_v2 22
  request enable(outputdevice: object kde_output_device_v2, enable: int)
  request mode(outputdevice: object kde_output_device_v2, mode: object kde_output_device_mode_v2)
  request transform(outputdevice: object kde_output_device_v2, transform: int)
  request position(outputdevice: object kde_output_device_v2, x: int, y: int)
  request scale(outputdevice: object kde_output_device_v2, scale: fixed)
  request apply()
  request destroy() destructor
  request overscan(outputdevice: object kde_output_device_v2, overscan: uint)
  request set_vrr_policy(outputdevice: object kde_output_device_v2, policy: uint)
  request set_rgb_range(outputdevice: object kde_output_device_v2, rgb_range: uint)
  request set_primary_output(output: object kde_output_device_v2) since 2
  request set_priority(outputdevice: object kde_output_device_v2, priority: uint) since 3
  request set_high_dynamic_range(outputdevice: object kde_output_device_v2, enable_hdr: uint) since 4
  request set_sdr_brightness(outputdevice: object kde_output_device_v2, sdr_brightness: uint) since 4
  request set_wide_color_gamut(outputdevice: object kde_output_device_v2, enable_wcg: uint) since 4
  request set_auto_rotate_policy(outputdevice: object kde_output_device_v2, policy: uint) since 5
  request set_icc_profile_path(outputdevice: object kde_output_device_v2, profile_path: string) since 6
  request set_brightness_overrides(outputdevice: object kde_output_device_v2, max_peak_brightness: int, max_frame_average_brightness: int, min_brightness: int) since 7
  request set_sdr_gamut_wideness(outputdevice: object kde_output_device_v2, gamut_wideness: uint) since 7
  request set_color_profile_source(outputdevice: object kde_output_device_v2, color_profile_source: uint) since 8
  request set_brightness(outputdevice: object kde_output_device_v2, brightness: uint) since 9
  request set_color_power_tradeoff(outputdevice: object kde_output_device_v2, preference: uint) since 10
  request set_dimming(outputdevice: object kde_output_device_v2, multiplier: uint) since 11
  request set_replication_source(outputdevice: object kde_output_device_v2, source: string) since 13
  request set_ddc_ci_allowed(outputdevice: object kde_output_device_v2, allowed: uint) since 14
  request set_max_bits_per_color(outputdevice: object kde_output_device_v2, max_bpc: uint) since 15
  request set_edr_policy(outputdevice: object kde_output_device_v2, policy: uint) since 16
  request set_sharpness(outputdevice: object kde_output_device_v2, sharpness: uint) since 17
  request set_custom_modes(outputdevice: object kde_output_device_v2, modes: object kde_mode_list_v2) since 18
  request set_auto_brightness(outputdevice: object kde_output_device_v2, enabled: uint) since 19
  request set_hdr_icc_profile_path(outputdevice: object kde_output_device_v2, profile_path: string) since 20
  request set_hdr_color_profile_source(outputdevice: object kde_output_device_v2, color_profile_source: uint) since 20
  request set_abm_level(outputdevice: object kde_output_device_v2, level: uint) since 21
  event applied()
  event failed()
  event failure_reason(reason: string) since 12

interface kde_output_management_v2 22
  request create_configuration(id: new kde_output_configuration_v2)
  request create_mode_list(id: new kde_mode_list_v2)
