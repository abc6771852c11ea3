interface zwp_input_timestamps_manager_v1 1
  request destroy() destructor
  request get_keyboard_timestamps(id: new zwp_input_timestamps_v1, keyboard: object wl_keyboard)
  request get_pointer_timestamps(id: new zwp_input_timestamps_v1, pointer: object wl_pointer)
  request get_touch_timestamps(id: new zwp_input_timestamps_v1, touch: object wl_touch)

interface zwp_input_timestamps_v1 1
  request destroy() destructor
  event timestamp(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
