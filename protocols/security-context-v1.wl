interface wp_security_context_manager_v1 1
  request destroy() destructor
  request create_listener(id: new wp_security_context_v1, listen_fd: fd, close_fd: fd)

interface wp_security_context_v1 1
  request destroy() destructor
  request set_sandbox_engine(name: string)
  request set_app_id(app_id: string)
  request set_instance_id(instance_id: string)
  request commit()
