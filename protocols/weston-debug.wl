interface weston_debug_stream_v1 1
  request destroy() destructor
  event complete()
  event failure(message: string?)

interface weston_debug_v1 1
  request destroy() destructor
  request subscribe(name: string, streamfd: fd, stream: new weston_debug_stream_v1)
  event available(name: string, description: string?)
