interface zwlr_export_dmabuf_frame_v1 1
  request destroy() destructor
  event frame(width: uint, height: uint, offset_x: uint, offset_y: uint, buffer_flags: uint, flags: uint, format: uint, mod_high: uint, mod_low: uint, num_objects: uint)
  event object(index: uint, fd: fd, size: uint, offset: uint, stride: uint, plane_index: uint)
  event ready(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  event cancel(reason: uint)

interface zwlr_export_dmabuf_manager_v1 1
  request capture_output(frame: new zwlr_export_dmabuf_frame_v1, overlay_cursor: int, output: object wl_output)
  request destroy() destructor
