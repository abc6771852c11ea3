interface org_kde_kwin_contrast 2
  request commit()
  request set_region(region: object? wl_region)
  request set_contrast(contrast: fixed)
  request set_intensity(intensity: fixed)
  request set_saturation(saturation: fixed)
  request release() destructor
  request set_frost(red: int, green: int, blue: int, alpha: int) since 2
  request unset_frost() since 2

interface org_kde_kwin_contrast_manager 2
  request create(id: new org_kde_kwin_contrast, surface: object wl_surface)
  request unset(surface: object wl_surface)
