interface ext_foreign_toplevel_handle_v1 1
  request destroy() destructor
  event closed()
  event done()
  event title(title: string)
  event app_id(app_id: string)
  event identifier(identifier: string)

interface ext_foreign_toplevel_list_v1 1
  request stop()
  request destroy() destructor
  event toplevel(toplevel: new ext_foreign_toplevel_handle_v1)
  event finished()
