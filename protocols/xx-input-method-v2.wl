interface xx_input_method_manager_v2 3
  request get_input_method(seat: object wl_seat, input_method: new xx_input_method_v1)
  request get_positioner(id: new xx_input_popup_positioner_v1)
  request destroy() destructor

interface xx_input_method_v1 3
  request perform_action(action: uint) since 3
  request commit_string(text: string)
  request set_preedit_string(text: string, cursor_begin: int, cursor_end: int)
  request delete_surrounding_text(before_length: uint, after_length: uint)
  request move_cursor(cursor: int, anchor: int) since 3
  request commit(serial: uint)
  request get_input_popup_surface(id: new xx_input_popup_surface_v2, surface: object wl_surface, positioner: object xx_input_popup_positioner_v1) since 2
  request destroy() destructor
  event activate()
  event deactivate()
  event surrounding_text(text: string, cursor: uint, anchor: uint)
  event text_change_cause(cause: uint)
  event content_type(hint: uint, purpose: uint)
  event set_available_actions(available_actions: array) since 3
  event announce_supported_features(features: uint) since 3
  event done()
  event unavailable()

interface xx_input_popup_positioner_v1 1
  request destroy() destructor
  request set_size(width: uint, height: uint)
  request set_anchor(anchor: uint)
  request set_gravity(gravity: uint)
  request set_constraint_adjustment(constraint_adjustment: uint)
  request set_offset(x: int, y: int)
  request set_reactive()

interface xx_input_popup_surface_v2 1
  request ack_configure(serial: uint)
  request reposition(positioner: object xx_input_popup_positioner_v1, token: uint)
  request destroy() destructor
  event start_configure(width: uint, height: uint, anchor_x: int, anchor_y: int, anchor_width: uint, anchor_height: uint, serial: uint)
  event repositioned(token: uint)
