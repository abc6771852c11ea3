interface wl_eglstream_controller 2
  request attach_eglstream_consumer(wl_surface: object wl_surface, wl_resource: object wl_buffer)
  request attach_eglstream_consumer_attribs(wl_surface: object wl_surface, wl_resource: object wl_buffer, attribs: array) since 2
