interface qt_windowmanager 1
  request open_url(remaining: uint, url: string)
  event hints(show_is_fullscreen: int)
  event quit()
