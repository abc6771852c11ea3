interface org_kde_kwin_slide 1
  request commit()
  request set_location(location: uint)
  request set_offset(offset: int)
  request release() destructor

interface org_kde_kwin_slide_manager 1
  request create(id: new org_kde_kwin_slide, surface: object wl_surface)
  request unset(surface: object wl_surface)
