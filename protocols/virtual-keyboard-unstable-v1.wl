interface zwp_virtual_keyboard_manager_v1 1
  request create_virtual_keyboard(seat: object wl_seat, id: new zwp_virtual_keyboard_v1)

interface zwp_virtual_keyboard_v1 1
  request keymap(format: uint, fd: fd, size: uint)
  request key(time: uint, key: uint, state: uint)
  request modifiers(mods_depressed: uint, mods_latched: uint, mods_locked: uint, group: uint)
  request destroy() destructor
