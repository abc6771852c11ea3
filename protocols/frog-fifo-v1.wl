# handwritten

interface frog_fifo_manager_v1 1
  request destroy() destructor
  request get_fifo(id: new frog_fifo_surface_v1, surface: object wl_surface)

interface frog_fifo_surface_v1 1
  request destroy() destructor
  request set_barrier()
  request wait_barrier()
