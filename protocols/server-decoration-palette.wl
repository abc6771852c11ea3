interface org_kde_kwin_server_decoration_palette 1
  request set_palette(palette: string)
  request release() destructor

interface org_kde_kwin_server_decoration_palette_manager 1
  request create(id: new org_kde_kwin_server_decoration_palette, surface: object wl_surface)
