interface wp_commit_timer_v1 1
  request set_timestamp(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  request destroy() destructor

interface wp_commit_timing_manager_v1 1
  request destroy() destructor
  request get_timer(id: new wp_commit_timer_v1, surface: object wl_surface)
