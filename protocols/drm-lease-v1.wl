interface wp_drm_lease_connector_v1 1
  request destroy() destructor
  event name(name: string)
  event description(description: string)
  event connector_id(connector_id: uint)
  event done()
  event withdrawn()

interface wp_drm_lease_device_v1 1
  request create_lease_request(id: new wp_drm_lease_request_v1)
  request release()
  event drm_fd(fd: fd)
  event connector(id: new wp_drm_lease_connector_v1)
  event done()
  event released() destructor

interface wp_drm_lease_request_v1 1
  request request_connector(connector: object wp_drm_lease_connector_v1)
  request submit(id: new wp_drm_lease_v1) destructor

interface wp_drm_lease_v1 1
  request destroy() destructor
  event lease_fd(leased_fd: fd)
  event finished()
