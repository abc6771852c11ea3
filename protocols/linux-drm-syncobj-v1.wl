interface wp_linux_drm_syncobj_manager_v1 1
  request destroy() destructor
  request get_surface(id: new wp_linux_drm_syncobj_surface_v1, surface: object wl_surface)
  request import_timeline(id: new wp_linux_drm_syncobj_timeline_v1, fd: fd)

interface wp_linux_drm_syncobj_surface_v1 1
  request destroy() destructor
  request set_acquire_point(timeline: object wp_linux_drm_syncobj_timeline_v1, point_hi: uint, point_lo: uint)
  request set_release_point(timeline: object wp_linux_drm_syncobj_timeline_v1, point_hi: uint, point_lo: uint)

interface wp_linux_drm_syncobj_timeline_v1 1
  request destroy() destructor
