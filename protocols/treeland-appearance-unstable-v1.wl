interface treeland_appearance_v1 1
  request destroy() destructor
  event cursor_theme(name: string)
  event cursor_size(width: uint, height: uint)
  event font(font_name: string)
  event monospace_font(font_name: string)
  event font_size(size: uint)
  event icon_theme(theme_name: string)
  event accent_color(r: uint, g: uint, b: uint)
  event window_opacity(opacity: fixed)
  event color_scheme(scheme: uint)
  event titlebar_height(height: uint)
  event corner_radius(radius: uint)
