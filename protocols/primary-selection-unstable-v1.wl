interface zwp_primary_selection_device_manager_v1 1
  request create_source(id: new zwp_primary_selection_source_v1)
  request get_device(id: new zwp_primary_selection_device_v1, seat: object wl_seat)
  request destroy() destructor

interface zwp_primary_selection_device_v1 1
  request set_selection(source: object? zwp_primary_selection_source_v1, serial: uint)
  request destroy() destructor
  event data_offer(offer: new zwp_primary_selection_offer_v1)
  event selection(id: object? zwp_primary_selection_offer_v1)

interface zwp_primary_selection_offer_v1 1
  request receive(mime_type: string, fd: fd)
  request destroy() destructor
  event offer(mime_type: string)

interface zwp_primary_selection_source_v1 1
  request offer(mime_type: string)
  request destroy() destructor
  event send(mime_type: string, fd: fd)
  event cancelled()
