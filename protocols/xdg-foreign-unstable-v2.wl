interface zxdg_exported_v2 1
  request destroy() destructor
  event handle(handle: string)

interface zxdg_exporter_v2 1
  request destroy() destructor
  request export_toplevel(id: new zxdg_exported_v2, surface: object wl_surface)

interface zxdg_imported_v2 1
  request destroy() destructor
  request set_parent_of(surface: object wl_surface)
  event destroyed()

interface zxdg_importer_v2 1
  request destroy() destructor
  request import_toplevel(id: new zxdg_imported_v2, handle: string)
