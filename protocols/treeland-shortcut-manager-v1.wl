interface treeland_shortcut_context_v1 1
  request destroy() destructor
  event shortcut()

interface treeland_shortcut_manager_v1 2
  request register_shortcut_context(key: string, id: new treeland_shortcut_context_v1)
  request destroy() destructor since 2
