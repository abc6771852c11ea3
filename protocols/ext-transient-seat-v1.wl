interface ext_transient_seat_manager_v1 1
  request create(seat: new ext_transient_seat_v1)
  request destroy() destructor

interface ext_transient_seat_v1 1
  request destroy() destructor
  event ready(global_name: uint)
  event denied()
