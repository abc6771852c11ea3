interface org_kde_plasma_shell 8
  request get_surface(id: new org_kde_plasma_surface, surface: object wl_surface)

interface org_kde_plasma_surface 8
  request destroy() destructor
  request set_output(output: object wl_output)
  request set_position(x: int, y: int)
  request set_role(role: uint)
  request set_panel_behavior(flag: uint)
  request set_skip_taskbar(skip: uint) since 2
  request panel_auto_hide_hide() since 4
  request panel_auto_hide_show() since 4
  request set_panel_takes_focus(takes_focus: uint) since 4
  request set_skip_switcher(skip: uint) since 5
  request open_under_cursor() since 7
  event auto_hidden_panel_hidden() since 4
  event auto_hidden_panel_shown() since 4
