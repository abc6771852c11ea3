interface org_kde_plasma_activation 1
  request destroy() destructor
  event app_id(app_id: string)
  event finished()

interface org_kde_plasma_activation_feedback 1
  request destroy() destructor
  event activation(id: new org_kde_plasma_activation)

interface org_kde_plasma_stacking_order 21
  event window(uuid: string)
  event done() destructor

interface org_kde_plasma_window 21
  request set_state(flags: uint, state: uint)
  request set_virtual_desktop(number: uint)
  request set_minimized_geometry(panel: object wl_surface, x: uint, y: uint, width: uint, height: uint)
  request unset_minimized_geometry(panel: object wl_surface)
  request close()
  request request_move() since 3
  request request_resize() since 3
  request destroy() destructor since 4
  request get_icon(fd: fd) since 7
  request request_enter_virtual_desktop(id: string) since 8
  request request_enter_new_virtual_desktop() since 8
  request request_leave_virtual_desktop(id: string) since 8
  request request_enter_activity(id: string) since 14
  request request_leave_activity(id: string) since 14
  request send_to_output(output: object wl_output) since 15
  event title_changed(title: string)
  event app_id_changed(app_id: string)
  event state_changed(flags: uint)
  event virtual_desktop_changed(number: int)
  event themed_icon_name_changed(name: string)
  event unmapped()
  event initial_state() since 4
  event parent_window(parent: object? org_kde_plasma_window) since 5
  event geometry(x: int, y: int, width: uint, height: uint) since 6
  event icon_changed() since 7
  event pid_changed(pid: uint) since 8
  event virtual_desktop_entered(id: string) since 8
  event virtual_desktop_left(is: string) since 8
  event application_menu(service_name: string, object_path: string) since 10
  event activity_entered(id: string) since 14
  event activity_left(id: string) since 14
  event resource_name_changed(resource_name: string) since 16
  event client_geometry(x: int, y: int, width: uint, height: uint) since 18
  event mapped() since 21

interface org_kde_plasma_window_management 21
  request show_desktop(state: uint)
  request get_window(id: new org_kde_plasma_window, internal_window_id: uint)
  request get_window_by_uuid(id: new org_kde_plasma_window, internal_window_uuid: string) since 12
  request get_stacking_order(stacking_order: new org_kde_plasma_stacking_order) since 17
  event show_desktop_changed(state: uint)
  event window(id: uint)
  event stacking_order_changed(ids: array) since 11
  event stacking_order_uuid_changed(uuids: string) since 12
  event window_with_uuid(id: uint, uuid: string) since 13
  event stacking_order_changed_2() since 17
