interface wl_eglstream 1

interface wl_eglstream_display 1
  request create_stream(id: new wl_buffer, width: int, height: int, handle: fd, type: int, attribs: array)
  request swap_interval(stream: object wl_buffer, interval: int)
  event caps(caps: int)
  event swapinterval_override(swapinterval: int, stream: object wl_buffer)
