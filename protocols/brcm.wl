interface qt_brcm 1
  request create_buffer(id: new wl_buffer, width: int, height: int, data: array)
