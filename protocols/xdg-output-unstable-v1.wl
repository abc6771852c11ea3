interface zxdg_output_manager_v1 3
  request destroy() destructor
  request get_xdg_output(id: new zxdg_output_v1, output: object wl_output)

interface zxdg_output_v1 3
  request destroy() destructor
  event logical_position(x: int, y: int)
  event logical_size(width: int, height: int)
  event done()
  event name(name: string) since 2
  event description(description: string) since 2
