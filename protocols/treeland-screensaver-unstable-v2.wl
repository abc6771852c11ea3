interface treeland_screensaver_v2 1
  request destroy() destructor
  request inhibit(application_name: string, reason_for_inhibit: string)
  request uninhibit()
