interface treeland_appearance_manager_v1 1
  request destroy() destructor
  request set_cursor_theme(name: string)
  request set_cursor_size(width: uint, height: uint)
  request set_font(font_name: string)
  request set_monospace_font(font_name: string)
  request set_font_size(size: uint)
  request set_icon_theme(theme_name: string)
  request set_accent_color(r: uint, g: uint, b: uint)
  request set_window_opacity(opacity: fixed)
  request set_color_scheme(scheme: uint)
  request set_titlebar_height(height: uint)
  request set_corner_radius(radius: uint)
