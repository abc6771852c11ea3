interface treeland_prelaunch_splash_manager_v2 1
  request destroy() destructor
  request create_splash(splash: new treeland_prelaunch_splash_v2, app_id: string, instance_id: string, sandbox_engine_name: string, icon_buffer: object? wl_buffer)

interface treeland_prelaunch_splash_v2 1
  request destroy() destructor
