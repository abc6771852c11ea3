interface gtk_primary_selection_device 1
  request set_selection(source: object? gtk_primary_selection_source, serial: uint)
  request destroy() destructor
  event data_offer(offer: new gtk_primary_selection_offer)
  event selection(id: object? gtk_primary_selection_offer)

interface gtk_primary_selection_device_manager 1
  request create_source(id: new gtk_primary_selection_source)
  request get_device(id: new gtk_primary_selection_device, seat: object wl_seat)
  request destroy() destructor

interface gtk_primary_selection_offer 1
  request receive(mime_type: string, fd: fd)
  request destroy() destructor
  event offer(mime_type: string)

interface gtk_primary_selection_source 1
  request offer(mime_type: string)
  request destroy() destructor
  event send(mime_type: string, fd: fd)
  event cancelled()
