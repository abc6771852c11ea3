interface qt_shm_emulation_server_buffer 1
  event server_buffer_created(id: new qt_server_buffer, key: string, width: int, height: int, bytes_per_line: int, format: int)
