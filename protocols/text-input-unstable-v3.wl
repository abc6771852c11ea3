interface zwp_text_input_manager_v3 2
  request destroy() destructor
  request get_text_input(id: new zwp_text_input_v3, seat: object wl_seat)

interface zwp_text_input_v3 2
  request destroy() destructor
  request enable()
  request disable()
  request set_surrounding_text(text: string, cursor: int, anchor: int)
  request set_text_change_cause(cause: uint)
  request set_content_type(hint: uint, purpose: uint)
  request set_cursor_rectangle(x: int, y: int, width: int, height: int)
  request commit()
  request set_available_actions(available_actions: array) since 2
  request show_input_panel() since 2
  request hide_input_panel() since 2
  event enter(surface: object wl_surface)
  event leave(surface: object wl_surface)
  event preedit_string(text: string?, cursor_begin: int, cursor_end: int)
  event commit_string(text: string?)
  event delete_surrounding_text(before_length: uint, after_length: uint)
  event done(serial: uint)
  event action(action: uint, serial: uint) since 2
  event language(language: string) since 2
  event preedit_hint(start: uint, end: uint, hint: uint) since 2
