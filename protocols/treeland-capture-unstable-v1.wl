interface treeland_capture_context_v1 1
  request destroy() destructor
  request select_source(source_hint: uint, freeze: uint, with_cursor: uint, mask: object? wl_surface)
  request capture(frame: new treeland_capture_frame_v1)
  request create_session(session: new treeland_capture_session_v1)
  event source_ready(region_x: int, region_y: int, region_width: uint, region_height: uint, source_type: uint)
  event source_failed(reason: uint)

interface treeland_capture_frame_v1 1
  request destroy() destructor
  request copy(buffer: object wl_buffer)
  event buffer(format: uint, width: uint, height: uint, stride: uint)
  event buffer_done()
  event flags(flags: uint)
  event ready()
  event failed()

interface treeland_capture_manager_v1 1
  request destroy() destructor
  request get_context(context: new treeland_capture_context_v1)

interface treeland_capture_session_v1 1
  request destroy() destructor
  request start()
  request frame_done(tv_sec_hi: uint, tv_sec_lo: uint, tv_usec: uint)
  event frame(offset_x: int, offset_y: int, width: uint, height: uint, buffer_flags: uint, flags: uint, format: uint, mod_high: uint, mod_low: uint, num_objects: uint)
  event object(index: uint, fd: fd, size: uint, offset: uint, stride: uint, plane_index: uint)
  event ready(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  event cancel(reason: uint)
