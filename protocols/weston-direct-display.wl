interface weston_direct_display_v1 1
  request enable(dmabuf: object zwp_linux_buffer_params_v1)
  request destroy() destructor
