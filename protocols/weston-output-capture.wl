interface weston_capture_source_v1 2
  request destroy() destructor
  request capture(buffer: object wl_buffer)
  event format(drm_format: uint)
  event size(width: int, height: int)
  event complete()
  event retry()
  event failed(msg: string?)
  event formats_done() since 2

interface weston_capture_v1 2
  request destroy() destructor
  request create(output: object wl_output, source: uint, capture_source_new_id: new weston_capture_source_v1)
