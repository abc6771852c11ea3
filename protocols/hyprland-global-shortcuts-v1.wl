interface hyprland_global_shortcut_v1 1
  request destroy() destructor
  event pressed(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)
  event released(tv_sec_hi: uint, tv_sec_lo: uint, tv_nsec: uint)

interface hyprland_global_shortcuts_manager_v1 1
  request register_shortcut(shortcut: new hyprland_global_shortcut_v1, id: string, app_id: string, description: string, trigger_description: string)
  request destroy() destructor
