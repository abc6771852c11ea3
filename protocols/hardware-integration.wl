interface qt_hardware_integration 1
  event client_backend(name: string)
  event server_backend(name: string)
