interface xx_session_manager_v1 1
  request destroy() destructor
  request get_session(id: new xx_session_v1, reason: uint, session: string?)

interface xx_session_v1 1
  request destroy() destructor
  request remove() destructor
  request add_toplevel(id: new xx_toplevel_session_v1, toplevel: object xdg_toplevel, name: string)
  request restore_toplevel(id: new xx_toplevel_session_v1, toplevel: object xdg_toplevel, name: string)
  event created(id: string)
  event restored()
  event replaced()

interface xx_toplevel_session_v1 1
  request destroy() destructor
  request remove() destructor
  event restored(surface: object xdg_toplevel)
