interface xdg_toplevel_tag_manager_v1 1
  request destroy() destructor
  request set_toplevel_tag(toplevel: object xdg_toplevel, tag: string)
  request set_toplevel_description(toplevel: object xdg_toplevel, description: string)
