interface zkde_screencast_stream_unstable_v1 6
  request close() destructor
  event closed()
  event created(node: uint)
  event failed(error: string)
  event serial(object_serial_hi: uint, object_serial_low: uint) since 6

interface zkde_screencast_unstable_v1 6
  request stream_output(stream: new zkde_screencast_stream_unstable_v1, output: object wl_output, pointer: uint)
  request stream_window(stream: new zkde_screencast_stream_unstable_v1, window_uuid: string, pointer: uint)
  request destroy() destructor
  request stream_virtual_output(stream: new zkde_screencast_stream_unstable_v1, name: string, width: int, height: int, scale: fixed, pointer: uint) since 2
  request stream_region(stream: new zkde_screencast_stream_unstable_v1, x: int, y: int, width: uint, height: uint, scale: fixed, pointer: uint) since 3
  request stream_virtual_output_with_description(stream: new zkde_screencast_stream_unstable_v1, name: string, description: string, width: int, height: int, scale: fixed, pointer: uint) since 4
