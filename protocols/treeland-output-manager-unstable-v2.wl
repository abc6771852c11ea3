interface treeland_output_manager_v2 1
  request destroy() destructor
  request set_primary_output(output: object wl_output)
  request get_picture_control(id: new treeland_output_picture_control_v2, output: object wl_output)
  event primary_output(output: object? wl_output)
  event primary_output_failed(reason: uint)

interface treeland_output_picture_control_v2 1
  request destroy() destructor
  request set_color_temperature(temperature: uint)
  request set_brightness(brightness: fixed)
  request commit()
  event result(result: uint)
  event color_temperature(temperature: uint)
  event brightness(brightness: fixed)
