interface zwp_tablet_manager_v1 1
  request get_tablet_seat(tablet_seat: new zwp_tablet_seat_v1, seat: object wl_seat)
  request destroy() destructor

interface zwp_tablet_seat_v1 1
  request destroy() destructor
  event tablet_added(id: new zwp_tablet_v1)
  event tool_added(id: new zwp_tablet_tool_v1)

interface zwp_tablet_tool_v1 1
  request set_cursor(serial: uint, surface: object? wl_surface, hotspot_x: int, hotspot_y: int)
  request destroy() destructor
  event type(tool_type: uint)
  event hardware_serial(hardware_serial_hi: uint, hardware_serial_lo: uint)
  event hardware_id_wacom(hardware_id_hi: uint, hardware_id_lo: uint)
  event capability(capability: uint)
  event done()
  event removed()
  event proximity_in(serial: uint, tablet: object zwp_tablet_v1, surface: object wl_surface)
  event proximity_out()
  event down(serial: uint)
  event up()
  event motion(x: fixed, y: fixed)
  event pressure(pressure: uint)
  event distance(distance: uint)
  event tilt(tilt_x: int, tilt_y: int)
  event rotation(degrees: int)
  event slider(position: int)
  event wheel(degrees: int, clicks: int)
  event button(serial: uint, button: uint, state: uint)
  event frame(time: uint)

interface zwp_tablet_v1 1
  request destroy() destructor
  event name(name: string)
  event id(vid: uint, pid: uint)
  event path(path: string)
  event done()
  event removed()
