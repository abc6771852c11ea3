# handwritten

interface gtk_shell1 6
  request get_gtk_surface(gtk_surface: new gtk_surface1, surface: object wl_surface)
  request set_startup_id(startup_id: string?)
  request system_bell(surface: object? gtk_surface1)
  request notify_launch(startup_id: string) since 3
  event capabilities(capabilities: uint)

interface gtk_surface1 6
  request set_dbus_properties(application_id: string?, app_menu_path: string?, menubar_path: string?, window_object_path: string?, application_object_path: string?, unique_bus_name: string?)
  request set_modal()
  request unset_modal()
  request present(time: uint)
  request request_focus(startup_id: string?) since 3
  request release() destructor since 4
  request titlebar_gesture(serial: uint, seat: object wl_seat, gesture: uint) since 5
  event configure(states: array)
  event configure_edges(constraints: array) since 2
