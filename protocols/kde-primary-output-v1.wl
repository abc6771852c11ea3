interface kde_primary_output_v1 2
  request destroy() destructor since 2
  event primary_output(output_name: string)
