interface zwf_hotspot_v2 1
  event enter()
  event leave()

interface zwf_output_v2 2
  request inhibit_output()
  request inhibit_output_done()
  request create_hotspot(hotspot: uint, threshold: uint, timeout: uint, id: new zwf_hotspot_v2)
  event enter_fullscreen()
  event leave_fullscreen()
  event toggle_menu() since 2

interface zwf_shell_manager_v2 2
  request get_wf_output(output: object wl_output, id: new zwf_output_v2)
  request get_wf_surface(surface: object wl_surface, id: new zwf_surface_v2)

interface zwf_surface_v2 1
  request interactive_move()
