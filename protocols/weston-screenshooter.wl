# handwritten

interface weston_screenshooter 1
  request take_shot(output: object wl_output, buffer: object wl_buffer)
  event done()
