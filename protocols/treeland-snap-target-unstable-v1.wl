interface treeland_snap_target_v1 1
  request destroy() destructor
  request start(seat: object wl_seat, events: uint)
  request stop()
  event pidfd(pidfd: fd)
  event snap_region(x: int, y: int, width: uint, height: uint)
  event failed(reason: uint)
