interface org_kde_kwin_appmenu 2
  request set_address(service_name: string, object_path: string)
  request release() destructor

interface org_kde_kwin_appmenu_manager 2
  request create(id: new org_kde_kwin_appmenu, surface: object wl_surface)
  request release() destructor since 2
