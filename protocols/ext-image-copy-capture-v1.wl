interface ext_image_copy_capture_cursor_session_v1 1
  request destroy() destructor
  request get_capture_session(session: new ext_image_copy_capture_session_v1)
  event enter()
  event leave()
  event position(x: int, y: int)
  event hotspot(x: int, y: int)

interface ext_image_copy_capture_frame_v1 1
  request destroy() destructor
  request attach_buffer(buffer: object wl_buffer)
  request damage_buffer(x: int, y: int, width: int, height: int)
  request capture()
  event transform(transform: uint)
  event damage(x: int, y: int, width: int, height: int)
  event presentation_time(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  event ready()
  event failed(reason: uint)

interface ext_image_copy_capture_manager_v1 1
  request create_session(session: new ext_image_copy_capture_session_v1, source: object ext_image_capture_source_v1, options: uint)
  request create_pointer_cursor_session(session: new ext_image_copy_capture_cursor_session_v1, source: object ext_image_capture_source_v1, pointer: object wl_pointer)
  request destroy() destructor

interface ext_image_copy_capture_session_v1 1
  request create_frame(frame: new ext_image_copy_capture_frame_v1)
  request destroy() destructor
  event buffer_size(width: uint, height: uint)
  event shm_format(format: uint)
  event dmabuf_device(device: array)
  event dmabuf_format(format: uint, modifiers: array)
  event done()
  event stopped()
