interface org_kde_plasma_virtual_desktop 4
  request request_activate()
  request request_enter_output(output_name: string) since 4
  event desktop_id(desktop_id: string)
  event name(name: string)
  event activated()
  event deactivated()
  event done()
  event removed()
  event position(index: uint) since 3
  event output_entered(output_name: string) since 4

interface org_kde_plasma_virtual_desktop_management 4
  request get_virtual_desktop(id: new org_kde_plasma_virtual_desktop, desktop_id: string)
  request request_create_virtual_desktop(name: string, position: uint)
  request request_remove_virtual_desktop(desktop_id: string)
  event desktop_created(desktop_id: string, position: uint)
  event desktop_removed(desktop_id: string)
  event done()
  event rows(rows: uint) since 2
