interface qt_drm_egl_server_buffer 1
  event server_buffer_created(id: new qt_server_buffer, name: int, width: int, height: int, stride: int, format: int)
