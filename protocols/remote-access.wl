interface org_kde_kwin_remote_access_manager 1
  request get_buffer(buffer: new org_kde_kwin_remote_buffer, internal_buffer_id: int)
  request release() destructor
  event buffer_ready(id: int, output: object wl_output)

interface org_kde_kwin_remote_buffer 1
  request release() destructor
  event gbm_handle(fd: fd, width: uint, height: uint, stride: uint, format: uint)
