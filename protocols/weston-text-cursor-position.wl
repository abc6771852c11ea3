# handwritten

interface text_cursor_position 1
  request notify(surface: object wl_surface, x: uint, y: uint)
