interface treeland_personalization_appearance_context_v1 1
  request set_round_corner_radius(radius: int)
  request get_round_corner_radius()
  request set_icon_theme(theme: string)
  request get_icon_theme()
  request set_active_color(color: string)
  request get_active_color()
  request set_window_opacity(opacity: uint)
  request get_window_opacity()
  request set_window_theme_type(type: uint)
  request get_window_theme_type()
  request set_window_titlebar_height(height: uint)
  request get_window_titlebar_height()
  request destroy() destructor
  event round_corner_radius(radius: int)
  event icon_theme(theme_name: string)
  event active_color(active_color: string)
  event window_opacity(opacity: uint)
  event window_theme_type(type: uint)
  event window_titlebar_height(height: uint)

interface treeland_personalization_cursor_context_v1 1
  request set_theme(name: string)
  request get_theme()
  request set_size(size: uint)
  request get_size()
  request commit()
  request destroy() destructor
  event verfity(success: int)
  event theme(name: string)
  event size(size: uint)

interface treeland_personalization_font_context_v1 1
  request set_font_size(size: uint)
  request get_font_size()
  request set_font(font_name: string)
  request get_font()
  request set_monospace_font(font_name: string)
  request get_monospace_font()
  request destroy() destructor
  event font(font_name: string)
  event monospace_font(font_name: string)
  event font_size(font_size: uint)

interface treeland_personalization_manager_v1 2
  request get_window_context(id: new treeland_personalization_window_context_v1, surface: object wl_surface)
  request get_cursor_context(id: new treeland_personalization_cursor_context_v1)
  request get_font_context(id: new treeland_personalization_font_context_v1)
  request get_appearance_context(id: new treeland_personalization_appearance_context_v1)
  request destroy() destructor since 2

interface treeland_personalization_wallpaper_context_v1 1
  request set_fd(fd: fd, metadata: string)
  request set_identifier(identifier: string)
  request set_output(output: string)
  request set_on(options: uint)
  request set_isdark(isdark: uint)
  request commit()
  request get_metadata()
  request destroy() destructor
  event metadata(metadata: string)

interface treeland_personalization_window_context_v1 1
  request set_blend_mode(mode: int)
  request set_round_corner_radius(radius: int)
  request set_shadow(radius: int, offset_x: int, offset_y: int, r: int, g: int, b: int, a: int)
  request set_border(width: int, r: int, g: int, b: int, a: int)
  request set_titlebar(mode: int)
  request destroy() destructor
