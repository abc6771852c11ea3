interface xdg_session_manager_v1 1
  request destroy() destructor
  request get_session(id: new xdg_session_v1, reason: uint, session_id: string?)

interface xdg_session_v1 1
  request destroy() destructor
  request remove() destructor
  request add_toplevel(id: new xdg_toplevel_session_v1, toplevel: object xdg_toplevel, name: string)
  request restore_toplevel(id: new xdg_toplevel_session_v1, toplevel: object xdg_toplevel, name: string)
  request remove_toplevel(name: string)
  event created(session_id: string)
  event restored()
  event replaced()

interface xdg_toplevel_session_v1 1
  request destroy() destructor
  request rename(name: string)
  event restored()
