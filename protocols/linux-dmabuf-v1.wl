interface zwp_linux_buffer_params_v1 6
  request destroy() destructor
  request add(fd: fd, plane_idx: uint, offset: uint, stride: uint, modifier_hi: uint, modifier_lo: uint)
  request create(width: int, height: int, format: uint, flags: uint)
  request create_immed(buffer_id: new wl_buffer, width: int, height: int, format: uint, flags: uint) since 2
  request set_sampling_device(device: array) since 6
  event created(buffer: new wl_buffer)
  event failed()

interface zwp_linux_dmabuf_feedback_v1 6
  request destroy() destructor
  event done()
  event format_table(fd: fd, size: uint)
  event main_device(device: array)
  event tranche_done()
  event tranche_target_device(device: array)
  event tranche_formats(indices: array)
  event tranche_flags(flags: uint)

interface zwp_linux_dmabuf_v1 6
  request destroy() destructor
  request create_params(params_id: new zwp_linux_buffer_params_v1)
  request get_default_feedback(id: new zwp_linux_dmabuf_feedback_v1) since 4
  request get_surface_feedback(id: new zwp_linux_dmabuf_feedback_v1, surface: object wl_surface) since 4
  event format(format: uint)
  event modifier(format: uint, modifier_hi: uint, modifier_lo: uint) since 3
