interface wl_drm 2
  request authenticate(id: uint)
  request create_buffer(id: new wl_buffer, name: uint, width: int, height: int, stride: uint, format: uint)
  request create_planar_buffer(id: new wl_buffer, name: uint, width: int, height: int, format: uint, offset0: int, stride0: int, offset1: int, stride1: int, offset2: int, stride2: int)
  request create_prime_buffer(id: new wl_buffer, name: fd, width: int, height: int, format: uint, offset0: int, stride0: int, offset1: int, stride1: int, offset2: int, stride2: int) since 2
  event device(name: string)
  event format(format: uint)
  event authenticated()
  event capabilities(value: uint)
