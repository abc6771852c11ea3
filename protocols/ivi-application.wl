# handwritten

interface ivi_application 1
  request surface_create(ivi_id: uint, surface: object wl_surface, id: new ivi_surface)

interface ivi_surface 1
  request destroy() destructor
  event configure(width: int, height: int)
