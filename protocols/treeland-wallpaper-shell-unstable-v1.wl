interface treeland_wallpaper_notifier_v1 1
  request destroy() destructor
  event add(source_type: uint, file_source: string)
  event remove(file_source: string)

interface treeland_wallpaper_shell_v1 1
  request destroy() destructor
  request get_treeland_wallpaper_surface(id: new treeland_wallpaper_surface_v1, surface: object wl_surface, file_source: string)

interface treeland_wallpaper_surface_v1 1
  request destroy() destructor
  request source_failed(error: uint)
  request ready()
  event position(position: fixed)
  event pause()
  event set_playback_rate(rate: fixed)
  event play()
  event slow_down(duration: uint)
