interface treeland_prelaunch_splash_manager_v1 1
  request destroy() destructor
  request create_splash(app_id: string, sandbox_engine_name: string, icon_buffer: object? wl_buffer)
