interface xx_keyboard_filter_manager_v1 1
  request bind_to_input_method(keyboard: object wl_keyboard, input_method: object xx_input_method_v1, surface: object wl_surface, extensions: new xx_keyboard_filter_v1)
  request destroy() destructor

interface xx_keyboard_filter_v1 1
  request unbind()
  request filter(serial: uint, action: uint)
  request destroy() destructor
