interface org_kde_kwin_shadow 2
  request commit()
  request attach_left(buffer: object wl_buffer)
  request attach_top_left(buffer: object wl_buffer)
  request attach_top(buffer: object wl_buffer)
  request attach_top_right(buffer: object wl_buffer)
  request attach_right(buffer: object wl_buffer)
  request attach_bottom_right(buffer: object wl_buffer)
  request attach_bottom(buffer: object wl_buffer)
  request attach_bottom_left(buffer: object wl_buffer)
  request set_left_offset(offset: fixed)
  request set_top_offset(offset: fixed)
  request set_right_offset(offset: fixed)
  request set_bottom_offset(offset: fixed)
  request destroy() destructor since 2

interface org_kde_kwin_shadow_manager 2
  request create(id: new org_kde_kwin_shadow, surface: object wl_surface)
  request unset(surface: object wl_surface)
  request destroy() destructor since 2
