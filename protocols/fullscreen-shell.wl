interface _wl_fullscreen_shell 1
  request release() destructor
  request present_surface(surface: object? wl_surface, method: uint, output: object? wl_output)
  request present_surface_for_mode(surface: object wl_surface, output: object wl_output, framerate: int, feedback: new _wl_fullscreen_shell_mode_feedback)
  event capability(capability: uint)

interface _wl_fullscreen_shell_mode_feedback 1
  event mode_successful()
  event mode_failed()
  event present_cancelled()
