interface zwp_fullscreen_shell_mode_feedback_v1 1
  event mode_successful() destructor
  event mode_failed() destructor
  event present_cancelled() destructor

interface zwp_fullscreen_shell_v1 1
  request release() destructor
  request present_surface(surface: object? wl_surface, method: uint, output: object? wl_output)
  request present_surface_for_mode(surface: object wl_surface, output: object wl_output, framerate: int, feedback: new zwp_fullscreen_shell_mode_feedback_v1)
  event capability(capability: uint)
