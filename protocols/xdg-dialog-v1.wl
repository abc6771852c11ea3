interface xdg_dialog_v1 1
  request destroy() destructor
  request set_modal()
  request unset_modal()

interface xdg_wm_dialog_v1 1
  request destroy() destructor
  request get_xdg_dialog(id: new xdg_dialog_v1, toplevel: object xdg_toplevel)
