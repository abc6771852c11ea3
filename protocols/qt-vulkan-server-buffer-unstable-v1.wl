interface zqt_vulkan_server_buffer_v1 1
  event server_buffer_created(id: new qt_server_buffer, fd: fd, width: uint, height: uint, memory_size: uint, format: uint)
