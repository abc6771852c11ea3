interface org_kde_kwin_blur 1
  request commit()
  request set_region(region: object? wl_region)
  request release() destructor

interface org_kde_kwin_blur_manager 1
  request create(id: new org_kde_kwin_blur, surface: object wl_surface)
  request unset(surface: object wl_surface)
