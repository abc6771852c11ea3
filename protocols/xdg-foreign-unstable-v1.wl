interface zxdg_exported_v1 1
  request destroy() destructor
  event handle(handle: string)

interface zxdg_exporter_v1 1
  request destroy() destructor
  request export(id: new zxdg_exported_v1, surface: object wl_surface)

interface zxdg_imported_v1 1
  request destroy() destructor
  request set_parent_of(surface: object wl_surface)
  event destroyed()

interface zxdg_importer_v1 1
  request destroy() destructor
  request import(id: new zxdg_imported_v1, handle: string)
