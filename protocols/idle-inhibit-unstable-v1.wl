interface zwp_idle_inhibit_manager_v1 1
  request destroy() destructor
  request create_inhibitor(id: new zwp_idle_inhibitor_v1, surface: object wl_surface)

interface zwp_idle_inhibitor_v1 1
  request destroy() destructor
