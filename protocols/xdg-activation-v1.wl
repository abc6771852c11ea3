interface xdg_activation_token_v1 1
  request set_serial(serial: uint, seat: object wl_seat)
  request set_app_id(app_id: string)
  request set_surface(surface: object wl_surface)
  request commit()
  request destroy() destructor
  event done(token: string)

interface xdg_activation_v1 1
  request destroy() destructor
  request get_activation_token(id: new xdg_activation_token_v1)
  request activate(token: string, surface: object wl_surface)
