interface wl_callback 1
  event done(callback_data: uint) destructor
interface wl_display 1
  request sync(callback: new wl_callback)
  request get_registry(registry: new wl_registry)
  event error(object_id: object, code: uint, message: string)
  event delete_id(id: uint)
interface wl_registry 1
  request bind(name: uint, id: new)
  event global(name: uint, interface: string, version: uint)
  event global_remove(name: uint)
