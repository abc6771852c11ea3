interface org_kde_kwin_keystate 5
  request fetchStates()
  request destroy() destructor since 4
  event stateChanged(key: uint, state: uint)
