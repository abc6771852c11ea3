interface kde_output_device_mode_v2 26
  request release() destructor since 26
  event size(width: int, height: int)
  event refresh(refresh: int)
  event preferred()
  event removed()
  event flags(flags: uint) since 19
  event cvt(dot_clock: uint, hdisplay: uint, hsync_start: uint, hsync_end: uint, htotal: uint, hskew: uint, vdisplay: uint, vsync_start: uint, vsync_end: uint, vtotal: uint, vscan: uint, flags: uint) since 24

interface kde_output_device_registry_v2 26
  request stop() since 21
  event finished() destructor since 21
  event output(output: new kde_output_device_v2) since 21

interface kde_output_device_v2 26
  request release() destructor since 21
  event geometry(x: int, y: int, physical_width: int, physical_height: int, subpixel: int, make: string, model: string, transform: int)
  event current_mode(mode: object kde_output_device_mode_v2)
  event mode(mode: new kde_output_device_mode_v2)
  event done()
  event scale(factor: fixed)
  event edid(raw: string)
  event enabled(enabled: int)
  event uuid(uuid: string)
  event serial_number(serialNumber: string)
  event eisa_id(eisaId: string)
  event capabilities(flags: uint)
  event overscan(overscan: uint)
  event vrr_policy(vrr_policy: uint)
  event rgb_range(rgb_range: uint)
  event name(name: string) since 2
  event high_dynamic_range(hdr_enabled: uint) since 3
  event sdr_brightness(sdr_brightness: uint) since 3
  event wide_color_gamut(wcg_enabled: uint) since 3
  event auto_rotate_policy(policy: uint) since 4
  event icc_profile_path(profile_path: string) since 5
  event brightness_metadata(max_peak_brightness: uint, max_frame_average_brightness: uint, min_brightness: uint) since 6
  event brightness_overrides(max_peak_brightness: int, max_average_brightness: int, min_brightness: int) since 6
  event sdr_gamut_wideness(gamut_wideness: uint) since 6
  event color_profile_source(source: uint) since 7
  event brightness(brightness: uint) since 8
  event color_power_tradeoff(preference: uint) since 10
  event dimming(multiplier: uint) since 11
  event replication_source(source: string) since 13
  event ddc_ci_allowed(allowed: uint) since 14
  event max_bits_per_color(max_bpc: uint) since 15
  event max_bits_per_color_range(min_value: uint, max_value: uint) since 15
  event automatic_max_bits_per_color_limit(max_bpc_limit: uint) since 15
  event edr_policy(policy: uint) since 16
  event sharpness(sharpness: uint) since 17
  event priority(priority: uint) since 18
  event auto_brightness(enabled: uint) since 20
  event removed() since 21
  event hdr_icc_profile_path(profile_path: string) since 22
  event hdr_color_profile_source(source: uint) since 22
  event abm_level(level: uint) since 23
