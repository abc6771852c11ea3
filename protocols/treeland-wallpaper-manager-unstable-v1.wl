interface treeland_wallpaper_manager_v1 1
  request destroy() destructor
  request get_treeland_wallpaper(id: new treeland_wallpaper_v1, output: object wl_output, surface: object? wl_surface)

interface treeland_wallpaper_v1 1
  request destroy() destructor
  request set_image_source(file_source: string, role: uint)
  request set_video_source(file_source: string, role: uint)
  event failed(file_source: string, error: uint)
  event changed(role: uint, source_type: uint, file_source: string)
