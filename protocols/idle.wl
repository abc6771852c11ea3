interface org_kde_kwin_idle 1
  request get_idle_timeout(id: new org_kde_kwin_idle_timeout, seat: object wl_seat, timeout: uint)

interface org_kde_kwin_idle_timeout 1
  request release() destructor
  request simulate_user_activity()
  event idle()
  event resumed()
