interface treeland_ddm_v1 2
  request switch_to_greeter()
  request switch_to_user(username: string)
  request activate_session()
  request deactivate_session()
  request enable_render()
  request disable_render(callback: new wl_callback)
  request destroy() destructor since 2
  event switch_to_vt(vtnr: int)
  event acquire_vt(vtnr: int)
