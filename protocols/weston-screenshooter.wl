# handwritten
# Weston before 12, where output capture replaced it. One picture at a time for each object.
interface weston_screenshooter 1
  request take_shot(output: object wl_output, buffer: object wl_buffer)
  event done()
