interface zwlr_virtual_pointer_manager_v1 2
  request create_virtual_pointer(seat: object? wl_seat, id: new zwlr_virtual_pointer_v1)
  request destroy() destructor
  request create_virtual_pointer_with_output(seat: object? wl_seat, output: object? wl_output, id: new zwlr_virtual_pointer_v1) since 2

interface zwlr_virtual_pointer_v1 2
  request motion(time: uint, dx: fixed, dy: fixed)
  request motion_absolute(time: uint, x: uint, y: uint, x_extent: uint, y_extent: uint)
  request button(time: uint, button: uint, state: uint)
  request axis(time: uint, axis: uint, value: fixed)
  request frame()
  request axis_source(axis_source: uint)
  request axis_stop(time: uint, axis: uint)
  request axis_discrete(time: uint, axis: uint, value: fixed, discrete: int)
  request destroy() destructor
