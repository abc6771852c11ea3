interface qt_server_buffer 1
  request release()
