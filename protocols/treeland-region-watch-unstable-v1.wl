interface treeland_region_watch_manager_v1 1
  request destroy() destructor
  request get_region_watch(id: new treeland_region_watch_v1)

interface treeland_region_watch_v1 1
  request destroy() destructor
  request set_region(width: int, height: int, anchor: uint, output: object wl_output)
  event enter()
  event leave()
  event output_removed()
