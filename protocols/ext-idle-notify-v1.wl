interface ext_idle_notification_v1 2
  request destroy() destructor
  event idled()
  event resumed()

interface ext_idle_notifier_v1 2
  request destroy() destructor
  request get_idle_notification(id: new ext_idle_notification_v1, timeout: uint, seat: object wl_seat)
  request get_input_idle_notification(id: new ext_idle_notification_v1, timeout: uint, seat: object wl_seat) since 2
