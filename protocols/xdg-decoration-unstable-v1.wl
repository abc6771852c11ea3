interface zxdg_decoration_manager_v1 2
  request destroy() destructor
  request get_toplevel_decoration(id: new zxdg_toplevel_decoration_v1, toplevel: object xdg_toplevel)

interface zxdg_toplevel_decoration_v1 2
  request destroy() destructor
  request set_mode(mode: uint)
  request unset_mode()
  event configure(mode: uint)
