interface hyprland_lock_notification_v1 1
  request destroy() destructor
  event locked()
  event unlocked()

interface hyprland_lock_notifier_v1 1
  request destroy() destructor
  request get_lock_notification(id: new hyprland_lock_notification_v1)
