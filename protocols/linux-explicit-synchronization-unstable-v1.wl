interface zwp_linux_buffer_release_v1 1
  event fenced_release(fence: fd) destructor
  event immediate_release() destructor

interface zwp_linux_explicit_synchronization_v1 2
  request destroy() destructor
  request get_synchronization(id: new zwp_linux_surface_synchronization_v1, surface: object wl_surface)

interface zwp_linux_surface_synchronization_v1 2
  request destroy() destructor
  request set_acquire_fence(fd: fd)
  request get_release(release: new zwp_linux_buffer_release_v1)
