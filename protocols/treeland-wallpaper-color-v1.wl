interface treeland_wallpaper_color_manager_v1 1
  request watch(output: string)
  request unwatch(output: string)
  request destroy() destructor
  event output_color(output: string, isdark: uint)
