interface org_kde_kwin_fake_input 6
  request authenticate(application: string, reason: string)
  request pointer_motion(delta_x: fixed, delta_y: fixed)
  request button(button: uint, state: uint)
  request axis(axis: uint, value: fixed)
  request touch_down(id: uint, x: fixed, y: fixed) since 2
  request touch_motion(id: uint, x: fixed, y: fixed) since 2
  request touch_up(id: uint) since 2
  request touch_cancel() since 2
  request touch_frame() since 2
  request pointer_motion_absolute(x: fixed, y: fixed) since 3
  request keyboard_key(button: uint, state: uint) since 4
  request destroy() destructor since 5
  request keyboard_keysym(keysym: uint, state: uint) since 6
