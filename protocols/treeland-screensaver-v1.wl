interface treeland_screensaver_v1 2
  request inhibit(application_name: string, reason_for_inhibit: string)
  request uninhibit()
  request destroy() destructor since 2
