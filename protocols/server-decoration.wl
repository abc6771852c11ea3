interface org_kde_kwin_server_decoration 1
  request release() destructor
  request request_mode(mode: uint)
  event mode(mode: uint)

interface org_kde_kwin_server_decoration_manager 1
  request create(id: new org_kde_kwin_server_decoration, surface: object wl_surface)
  event default_mode(mode: uint)
