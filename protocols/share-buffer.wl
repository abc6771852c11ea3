interface qt_share_buffer 1
  event cross_buffer(buffer: object qt_server_buffer)
