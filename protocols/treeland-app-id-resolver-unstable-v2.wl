interface treeland_app_id_resolver_manager_v2 1
  request destroy() destructor
  request get_resolver(id: new treeland_app_id_resolver_v2)

interface treeland_app_id_resolver_v2 1
  request destroy() destructor
  request respond(request_id: uint, app_id: string, sandbox_engine_name: string)
  event identify_request(request_id: uint, pidfd: fd)
