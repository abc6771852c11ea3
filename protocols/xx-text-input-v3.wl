interface xx_text_input_manager_v3 2
  request destroy() destructor
  request get_text_input(id: new xx_text_input_v3, seat: object wl_seat)

interface xx_text_input_v3 2
  request destroy() destructor
  request enable()
  request disable()
  request set_surrounding_text(text: string, cursor: int, anchor: int)
  request set_text_change_cause(cause: uint)
  request set_content_type(hint: uint, purpose: uint)
  request set_cursor_rectangle(x: int, y: int, width: int, height: int)
  request commit()
  request set_available_actions(available_actions: array) since 2
  request announce_supported_features(features: uint) since 2
  event enter(surface: object wl_surface)
  event leave(surface: object wl_surface)
  event preedit_string(text: string?, cursor_begin: int, cursor_end: int)
  event commit_string(text: string?)
  event delete_surrounding_text(before_length: uint, after_length: uint)
  event move_cursor(cursor: int, anchor: int) since 2
  event done(serial: uint)
  event perform_action(action: uint) since 2
