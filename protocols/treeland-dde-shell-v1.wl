interface treeland_dde_active_v1 1
  request destroy() destructor
  event active_in(reason: uint)
  event active_out(reason: uint)
  event start_drag()
  event drop()

interface treeland_dde_shell_manager_v1 2
  request get_window_overlap_checker(id: new treeland_window_overlap_checker)
  request get_shell_surface(id: new treeland_dde_shell_surface_v1, surface: object wl_surface)
  request get_treeland_dde_active(id: new treeland_dde_active_v1, seat: object wl_seat)
  request get_treeland_multitaskview(id: new treeland_multitaskview_v1)
  request get_treeland_window_picker(id: new treeland_window_picker_v1)
  request get_treeland_lockscreen(id: new treeland_lockscreen_v1)
  request set_xwindow_position_relative(callback: new wl_callback, wid: uint, anchor: object wl_surface, dx: fixed, dy: fixed)
  request destroy() destructor since 2

interface treeland_dde_shell_surface_v1 1
  request destroy() destructor
  request set_surface_position(x: int, y: int)
  request set_role(role: uint)
  request set_auto_placement(y_offset: uint)
  request set_skip_switcher(skip: uint)
  request set_skip_dock_preview(skip: uint)
  request set_skip_muti_task_view(skip: uint)
  request set_accept_keyboard_focus(accept: uint)

interface treeland_lockscreen_v1 1
  request destroy() destructor
  request lock()
  request shutdown()
  request switch_user()

interface treeland_multitaskview_v1 1
  request destroy() destructor
  request toggle()

interface treeland_window_overlap_checker 1
  request update(width: int, height: int, anchor: uint, output: object wl_output)
  request destroy() destructor
  event enter()
  event leave()

interface treeland_window_picker_v1 1
  request destroy() destructor
  request pick(hint: string)
  event window(pid: int)
