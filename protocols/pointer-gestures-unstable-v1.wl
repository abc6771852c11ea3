interface zwp_pointer_gesture_hold_v1 3
  request destroy() destructor since 3
  event begin(serial: uint, time: uint, surface: object wl_surface, fingers: uint) since 3
  event end(serial: uint, time: uint, cancelled: int) since 3

interface zwp_pointer_gesture_pinch_v1 3
  request destroy() destructor
  event begin(serial: uint, time: uint, surface: object wl_surface, fingers: uint)
  event update(time: uint, dx: fixed, dy: fixed, scale: fixed, rotation: fixed)
  event end(serial: uint, time: uint, cancelled: int)

interface zwp_pointer_gesture_swipe_v1 3
  request destroy() destructor
  event begin(serial: uint, time: uint, surface: object wl_surface, fingers: uint)
  event update(time: uint, dx: fixed, dy: fixed)
  event end(serial: uint, time: uint, cancelled: int)

interface zwp_pointer_gestures_v1 3
  request get_swipe_gesture(id: new zwp_pointer_gesture_swipe_v1, pointer: object wl_pointer)
  request get_pinch_gesture(id: new zwp_pointer_gesture_pinch_v1, pointer: object wl_pointer)
  request release() destructor since 2
  request get_hold_gesture(id: new zwp_pointer_gesture_hold_v1, pointer: object wl_pointer) since 3
