interface treeland_virtual_output_manager_v1 3
  request create_virtual_output(id: new treeland_virtual_output_v1, name: string, outputs: array)
  request get_virtual_output_list()
  request get_virtual_output(name: string, id: new treeland_virtual_output_v1)
  request destroy() destructor since 2
  event virtual_output_list(names: array)
  event virtual_output_modified(name: string) since 3

interface treeland_virtual_output_v1 1
  request destroy() destructor
  event outputs(name: string, outputs: array)
  event error(code: uint, message: string)
