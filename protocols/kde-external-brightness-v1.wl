interface kde_external_brightness_device_v1 3
  request destroy() destructor
  request set_internal(internal: uint)
  request set_edid(string: string)
  request set_max_brightness(value: uint)
  request commit()
  request set_observed_brightness(value: uint) since 2
  request set_uses_ddc_ci(value: uint) since 3
  event requested_brightness(value: uint)

interface kde_external_brightness_v1 3
  request destroy() destructor
  request create_brightness_control(id: new kde_external_brightness_device_v1)
