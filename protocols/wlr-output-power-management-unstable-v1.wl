interface zwlr_output_power_manager_v1 1
  request get_output_power(id: new zwlr_output_power_v1, output: object wl_output)
  request destroy() destructor

interface zwlr_output_power_v1 1
  request set_mode(mode: uint)
  request destroy() destructor
  event mode(mode: uint)
  event failed()
