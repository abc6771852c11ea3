interface hyprland_toplevel_export_frame_v1 2
  request copy(buffer: object wl_buffer, ignore_damage: int)
  request destroy() destructor
  event buffer(format: uint, width: uint, height: uint, stride: uint)
  event damage(x: uint, y: uint, width: uint, height: uint)
  event flags(flags: uint)
  event ready(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  event failed()
  event linux_dmabuf(format: uint, width: uint, height: uint)
  event buffer_done()

interface hyprland_toplevel_export_manager_v1 2
  request capture_toplevel(frame: new hyprland_toplevel_export_frame_v1, overlay_cursor: int, handle: uint)
  request destroy() destructor
  request capture_toplevel_with_wlr_toplevel_handle(frame: new hyprland_toplevel_export_frame_v1, overlay_cursor: int, handle: object zwlr_foreign_toplevel_handle_v1) since 2
