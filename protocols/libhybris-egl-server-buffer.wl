interface qt_libhybris_buffer 1
  event add_fd(fd: fd)

interface qt_libhybris_egl_server_buffer 1
  event server_buffer_created(id: new qt_libhybris_buffer, qid: new qt_server_buffer, num_fds: int, ints: array, name: int, width: int, height: int, stride: int, format: int)
