interface treeland_input_manager_v1 2
  request destroy() destructor
  request get_mouse_settings(id: new treeland_mouse_settings_v1, seat: object wl_seat)
  request get_touchpad_settings(id: new treeland_touchpad_settings_v1, seat: object wl_seat)
  request get_keyboard_settings(id: new treeland_keyboard_settings_v1, seat: object wl_seat)
  event capability_available(type: uint, seat: object wl_seat)
  event capability_unavailable(type: uint, seat: object wl_seat)

interface treeland_keyboard_settings_v1 2
  request destroy() destructor
  request set_repeat(rate: int, delay: int)
  request set_num_lock(state: uint)
  request apply()
  request set_xkb_rules(layout: string?, model: string?, variant: string?, options: string?) since 2
  event feature(feature: uint)
  event repeat(rate: int, delay: int)
  event num_lock(state: uint)
  event failed()
  event done()
  event xkb_rules(layout: string, model: string, variant: string, options: string) since 2

interface treeland_mouse_settings_v1 1
  request destroy() destructor
  request get_pointer_configuration(id: new treeland_pointer_device_configuration_v1, serial: uint)

interface treeland_pointer_device_configuration_v1 1
  request destroy() destructor
  request set_scroll_factor(factor: fixed)
  request set_handed_mode(mode: uint)
  request set_accel_speed(accel_speed: fixed)
  request set_acceleration_profile(profile: uint)
  request set_send_events_mode(mode: uint)
  request set_natural_scroll(state: uint)
  request set_disable_while_typing(state: uint)
  request set_tap_to_click(state: uint)
  request apply()
  event feature(feature: uint)
  event scroll_factor(factor: fixed)
  event handed_mode(mode: uint)
  event accel_speed(accel_speed: fixed)
  event acceleration_profile(profile: uint)
  event send_events_mode(mode: uint)
  event natural_scroll(state: uint)
  event disable_while_typing(state: uint)
  event tap_to_click(state: uint)
  event failed()
  event done(serial: uint)

interface treeland_touchpad_settings_v1 1
  request destroy() destructor
  request get_pointer_configuration(id: new treeland_pointer_device_configuration_v1, serial: uint)
