interface treeland_compositor_action_v1 1
  request destroy() destructor
  request trigger(action: uint)
