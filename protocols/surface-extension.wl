interface qt_extended_surface 1
  request update_generic_property(name: string, value: array)
  request set_content_orientation_mask(orientation: int)
  request set_window_flags(flags: int)
  request raise()
  request lower()
  event onscreen_visibility(visible: int)
  event set_generic_property(name: string, value: array)
  event close()

interface qt_surface_extension 1
  request get_extended_surface(id: new qt_extended_surface, surface: object wl_surface)
