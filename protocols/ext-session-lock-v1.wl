interface ext_session_lock_manager_v1 1
  request destroy() destructor
  request lock(id: new ext_session_lock_v1)

interface ext_session_lock_surface_v1 1
  request destroy() destructor
  request ack_configure(serial: uint)
  event configure(serial: uint, width: uint, height: uint)

interface ext_session_lock_v1 1
  request destroy() destructor
  request get_lock_surface(id: new ext_session_lock_surface_v1, surface: object wl_surface, output: object wl_output)
  request unlock_and_destroy() destructor
  event locked()
  event finished()
