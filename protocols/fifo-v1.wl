interface wp_fifo_manager_v1 1
  request destroy() destructor
  request get_fifo(id: new wp_fifo_v1, surface: object wl_surface)

interface wp_fifo_v1 1
  request set_barrier()
  request wait_barrier()
  request destroy() destructor
