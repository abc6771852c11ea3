interface hyprland_input_capture_manager_v1 2
  request create_session(session: new hyprland_input_capture_v1, handle: string)

interface hyprland_input_capture_v1 2
  request clear_barriers()
  request add_barrier(zone_set: uint, id: uint, x1: uint, y1: uint, x2: uint, y2: uint)
  request enable()
  request disable()
  request release(activation_id: uint, x: fixed, y: fixed)
  request destroy() destructor since 2
  event eis_fd(fd: fd)
  event disabled()
  event activated(activation_id: uint, x: fixed, y: fixed, barrier_id: uint)
  event deactivated(activation_id: uint)
