interface zwlr_screencopy_frame_v1 3
  request copy(buffer: object wl_buffer)
  request destroy() destructor
  request copy_with_damage(buffer: object wl_buffer) since 2
  event buffer(format: uint, width: uint, height: uint, stride: uint)
  event flags(flags: uint)
  event ready(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  event failed()
  event damage(x: uint, y: uint, width: uint, height: uint) since 2
  event linux_dmabuf(format: uint, width: uint, height: uint) since 3
  event buffer_done() since 3

interface zwlr_screencopy_manager_v1 3
  request capture_output(frame: new zwlr_screencopy_frame_v1, overlay_cursor: int, output: object wl_output)
  request capture_output_region(frame: new zwlr_screencopy_frame_v1, overlay_cursor: int, output: object wl_output, x: int, y: int, width: int, height: int)
  request destroy() destructor
