interface qt_dmabuf_server_buffer 1
  event server_buffer_created(id: new qt_server_buffer, fd: fd, width: int, height: int, stride: int, offset: int, fourcc_format: int)
