interface wl_buffer 1
  request destroy() destructor
  event release()

interface wl_callback 1
  event done(callback_data: uint) destructor

interface wl_compositor 7
  request create_surface(id: new wl_surface)
  request create_region(id: new wl_region)
  request release() destructor since 7

interface wl_data_device 4
  request start_drag(source: object? wl_data_source, origin: object wl_surface, icon: object? wl_surface, serial: uint)
  request set_selection(source: object? wl_data_source, serial: uint)
  request release() destructor since 2
  event data_offer(id: new wl_data_offer)
  event enter(serial: uint, surface: object wl_surface, x: fixed, y: fixed, id: object? wl_data_offer)
  event leave()
  event motion(time: uint, x: fixed, y: fixed)
  event drop()
  event selection(id: object? wl_data_offer)

interface wl_data_device_manager 4
  request create_data_source(id: new wl_data_source)
  request get_data_device(id: new wl_data_device, seat: object wl_seat)
  request release() destructor since 4

interface wl_data_offer 4
  request accept(serial: uint, mime_type: string?)
  request receive(mime_type: string, fd: fd)
  request destroy() destructor
  request finish() since 3
  request set_actions(dnd_actions: uint, preferred_action: uint) since 3
  event offer(mime_type: string)
  event source_actions(source_actions: uint) since 3
  event action(dnd_action: uint) since 3

interface wl_data_source 4
  request offer(mime_type: string)
  request destroy() destructor
  request set_actions(dnd_actions: uint) since 3
  event target(mime_type: string?)
  event send(mime_type: string, fd: fd)
  event cancelled()
  event dnd_drop_performed() since 3
  event dnd_finished() since 3
  event action(dnd_action: uint) since 3

interface wl_display 1
  request sync(callback: new wl_callback)
  request get_registry(registry: new wl_registry)
  event error(object_id: object, code: uint, message: string)
  event delete_id(id: uint)

interface wl_fixes 2
  request destroy() destructor
  request destroy_registry(registry: object wl_registry)
  request ack_global_remove(registry: object wl_registry, name: uint) since 2

interface wl_keyboard 11
  request release() destructor since 3
  event keymap(format: uint, fd: fd, size: uint)
  event enter(serial: uint, surface: object wl_surface, keys: array)
  event leave(serial: uint, surface: object wl_surface)
  event key(serial: uint, time: uint, key: uint, state: uint)
  event modifiers(serial: uint, mods_depressed: uint, mods_latched: uint, mods_locked: uint, group: uint)
  event repeat_info(rate: int, delay: int) since 4

interface wl_output 4
  request release() destructor since 3
  event geometry(x: int, y: int, physical_width: int, physical_height: int, subpixel: int, make: string, model: string, transform: int)
  event mode(flags: uint, width: int, height: int, refresh: int)
  event done() since 2
  event scale(factor: int) since 2
  event name(name: string) since 4
  event description(description: string) since 4

interface wl_pointer 11
  request set_cursor(serial: uint, surface: object? wl_surface, hotspot_x: int, hotspot_y: int)
  request release() destructor since 3
  event enter(serial: uint, surface: object wl_surface, surface_x: fixed, surface_y: fixed)
  event leave(serial: uint, surface: object wl_surface)
  event motion(time: uint, surface_x: fixed, surface_y: fixed)
  event button(serial: uint, time: uint, button: uint, state: uint)
  event axis(time: uint, axis: uint, value: fixed)
  event frame() since 5
  event axis_source(axis_source: uint) since 5
  event axis_stop(time: uint, axis: uint) since 5
  event axis_discrete(axis: uint, discrete: int) since 5
  event axis_value120(axis: uint, value120: int) since 8
  event axis_relative_direction(axis: uint, direction: uint) since 9
  event warp(surface_x: fixed, surface_y: fixed) since 11

interface wl_region 7
  request destroy() destructor
  request add(x: int, y: int, width: int, height: int)
  request subtract(x: int, y: int, width: int, height: int)

interface wl_registry 1
  request bind(name: uint, id: new)
  event global(name: uint, interface: string, version: uint)
  event global_remove(name: uint)

interface wl_seat 11
  request get_pointer(id: new wl_pointer)
  request get_keyboard(id: new wl_keyboard)
  request get_touch(id: new wl_touch)
  request release() destructor since 5
  event capabilities(capabilities: uint)
  event name(name: string) since 2

interface wl_shell 1
  request get_shell_surface(id: new wl_shell_surface, surface: object wl_surface)

interface wl_shell_surface 1
  request pong(serial: uint)
  request move(seat: object wl_seat, serial: uint)
  request resize(seat: object wl_seat, serial: uint, edges: uint)
  request set_toplevel()
  request set_transient(parent: object wl_surface, x: int, y: int, flags: uint)
  request set_fullscreen(method: uint, framerate: uint, output: object? wl_output)
  request set_popup(seat: object wl_seat, serial: uint, parent: object wl_surface, x: int, y: int, flags: uint)
  request set_maximized(output: object? wl_output)
  request set_title(title: string)
  request set_class(class_: string)
  event ping(serial: uint)
  event configure(edges: uint, width: int, height: int)
  event popup_done()

interface wl_shm 3
  request create_pool(id: new wl_shm_pool, fd: fd, size: int)
  request release() destructor since 2
  event format(format: uint)

interface wl_shm_pool 3
  request create_buffer(id: new wl_buffer, offset: int, width: int, height: int, stride: int, format: uint)
  request destroy() destructor
  request resize(size: int)

interface wl_subcompositor 1
  request destroy() destructor
  request get_subsurface(id: new wl_subsurface, surface: object wl_surface, parent: object wl_surface)

interface wl_subsurface 1
  request destroy() destructor
  request set_position(x: int, y: int)
  request place_above(sibling: object wl_surface)
  request place_below(sibling: object wl_surface)
  request set_sync()
  request set_desync()

interface wl_surface 7
  request destroy() destructor
  request attach(buffer: object? wl_buffer, x: int, y: int)
  request damage(x: int, y: int, width: int, height: int)
  request frame(callback: new wl_callback)
  request set_opaque_region(region: object? wl_region)
  request set_input_region(region: object? wl_region)
  request commit()
  request set_buffer_transform(transform: int) since 2
  request set_buffer_scale(scale: int) since 3
  request damage_buffer(x: int, y: int, width: int, height: int) since 4
  request offset(x: int, y: int) since 5
  request get_release(callback: new wl_callback) since 7
  event enter(output: object wl_output)
  event leave(output: object wl_output)
  event preferred_buffer_scale(factor: int) since 6
  event preferred_buffer_transform(transform: uint) since 6

interface wl_touch 11
  request release() destructor since 3
  event down(serial: uint, time: uint, surface: object wl_surface, id: int, x: fixed, y: fixed)
  event up(serial: uint, time: uint, id: int)
  event motion(time: uint, id: int, x: fixed, y: fixed)
  event frame()
  event cancel()
  event shape(id: int, major: fixed, minor: fixed) since 6
  event orientation(id: int, orientation: fixed) since 6
