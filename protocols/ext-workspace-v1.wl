interface ext_workspace_group_handle_v1 1
  request create_workspace(workspace: string)
  request destroy() destructor
  event capabilities(capabilities: uint)
  event output_enter(output: object wl_output)
  event output_leave(output: object wl_output)
  event workspace_enter(workspace: object ext_workspace_handle_v1)
  event workspace_leave(workspace: object ext_workspace_handle_v1)
  event removed()

interface ext_workspace_handle_v1 1
  request destroy() destructor
  request activate()
  request deactivate()
  request assign(workspace_group: object ext_workspace_group_handle_v1)
  request remove()
  event id(id: string)
  event name(name: string)
  event coordinates(coordinates: array)
  event state(state: uint)
  event capabilities(capabilities: uint)
  event removed()

interface ext_workspace_manager_v1 1
  request commit()
  request stop()
  event workspace_group(workspace_group: new ext_workspace_group_handle_v1)
  event workspace(workspace: new ext_workspace_handle_v1)
  event done()
  event finished() destructor
