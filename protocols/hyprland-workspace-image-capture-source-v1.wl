interface hyprland_workspace_image_capture_source_manager_v1 1
  request create_source(source: new ext_image_capture_source_v1, workspace: object ext_workspace_handle_v1, mode: uint)
  request destroy() destructor
