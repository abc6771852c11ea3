interface zwlr_output_configuration_head_v1 4
  request set_mode(mode: object zwlr_output_mode_v1)
  request set_custom_mode(width: int, height: int, refresh: int)
  request set_position(x: int, y: int)
  request set_transform(transform: int)
  request set_scale(scale: fixed)
  request set_adaptive_sync(state: uint) since 4

interface zwlr_output_configuration_v1 4
  request enable_head(id: new zwlr_output_configuration_head_v1, head: object zwlr_output_head_v1)
  request disable_head(head: object zwlr_output_head_v1)
  request apply()
  request test()
  request destroy() destructor
  event succeeded()
  event failed()
  event cancelled()

interface zwlr_output_head_v1 4
  request release() destructor since 3
  event name(name: string)
  event description(description: string)
  event physical_size(width: int, height: int)
  event mode(mode: new zwlr_output_mode_v1)
  event enabled(enabled: int)
  event current_mode(mode: object zwlr_output_mode_v1)
  event position(x: int, y: int)
  event transform(transform: int)
  event scale(scale: fixed)
  event finished()
  event make(make: string) since 2
  event model(model: string) since 2
  event serial_number(serial_number: string) since 2
  event adaptive_sync(state: uint) since 4

interface zwlr_output_manager_v1 4
  request create_configuration(id: new zwlr_output_configuration_v1, serial: uint)
  request stop()
  event head(head: new zwlr_output_head_v1)
  event done(serial: uint)
  event finished() destructor

interface zwlr_output_mode_v1 3
  request release() destructor since 3
  event size(width: int, height: int)
  event refresh(refresh: int)
  event preferred()
  event finished()
