interface zwlr_input_inhibit_manager_v1 1
  request get_inhibitor(id: new zwlr_input_inhibitor_v1)

interface zwlr_input_inhibitor_v1 1
  request destroy() destructor
