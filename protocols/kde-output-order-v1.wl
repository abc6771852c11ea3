interface kde_output_order_v1 1
  request destroy() destructor
  event output(output_name: string)
  event done()
