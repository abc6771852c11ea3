interface wp_presentation 2
  request destroy() destructor
  request feedback(surface: object wl_surface, callback: new wp_presentation_feedback)
  event clock_id(clk_id: uint)

interface wp_presentation_feedback 2
  event sync_output(output: object wl_output)
  event presented(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint, refresh: uint, seq_hi: uint, seq_lo: uint, flags: uint) destructor
  event discarded() destructor
