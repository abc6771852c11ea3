interface zwp_input_method_context_v1 1
  request destroy() destructor
  request commit_string(serial: uint, text: string)
  request preedit_string(serial: uint, text: string, commit: string)
  request preedit_styling(index: uint, length: uint, style: uint)
  request preedit_cursor(index: int)
  request delete_surrounding_text(index: int, length: uint)
  request cursor_position(index: int, anchor: int)
  request modifiers_map(map: array)
  request keysym(serial: uint, time: uint, sym: uint, state: uint, modifiers: uint)
  request grab_keyboard(keyboard: new wl_keyboard)
  request key(serial: uint, time: uint, key: uint, state: uint)
  request modifiers(serial: uint, mods_depressed: uint, mods_latched: uint, mods_locked: uint, group: uint)
  request language(serial: uint, language: string)
  request text_direction(serial: uint, direction: uint)
  event surrounding_text(text: string, cursor: uint, anchor: uint)
  event reset()
  event content_type(hint: uint, purpose: uint)
  event invoke_action(button: uint, index: uint)
  event commit_state(serial: uint)
  event preferred_language(language: string)

interface zwp_input_method_v1 1
  event activate(id: new zwp_input_method_context_v1)
  event deactivate(context: object zwp_input_method_context_v1)

interface zwp_input_panel_surface_v1 1
  request set_toplevel(output: object wl_output, position: uint)
  request set_overlay_panel()

interface zwp_input_panel_v1 1
  request get_input_panel_surface(id: new zwp_input_panel_surface_v1, surface: object wl_surface)
