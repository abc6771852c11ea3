interface treeland_app_id_resolver_manager_v1 1
  request destroy() destructor
  request get_resolver(id: new treeland_app_id_resolver_v1)

interface treeland_app_id_resolver_v1 1
  request respond(request_id: uint, app_id: string, sandbox_engine_name: string)
  request destroy() destructor
  event identify_request(request_id: uint, pidfd: fd)
