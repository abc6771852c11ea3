interface treeland_output_color_control_v1 1
  request set_color_temperature(temperature: uint)
  request set_brightness(brightness: fixed)
  request commit()
  request destroy() destructor
  event result(success: uint)
  event color_temperature(temperature: uint)
  event brightness(brightness: fixed)

interface treeland_output_manager_v1 2
  request set_primary_output(output: string)
  request get_color_control(id: new treeland_output_color_control_v1, output: object wl_output) since 2
  request destroy() destructor since 2
  event primary_output(output_name: string)
