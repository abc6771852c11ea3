interface org_kde_kwin_outputconfiguration 4
  request enable(outputdevice: object org_kde_kwin_outputdevice, enable: int)
  request mode(outputdevice: object org_kde_kwin_outputdevice, mode_id: int)
  request transform(outputdevice: object org_kde_kwin_outputdevice, transform: int)
  request position(outputdevice: object org_kde_kwin_outputdevice, x: int, y: int)
  request scale(outputdevice: object org_kde_kwin_outputdevice, scale: int)
  request apply()
  request scalef(outputdevice: object org_kde_kwin_outputdevice, scale: fixed) since 2
  request colorcurves(outputdevice: object org_kde_kwin_outputdevice, red: array, green: array, blue: array) since 2
  request destroy() destructor since 2
  request overscan(outputdevice: object org_kde_kwin_outputdevice, overscan: uint) since 3
  request set_vrr_policy(outputdevice: object org_kde_kwin_outputdevice, policy: uint) since 4
  event applied()
  event failed()

interface org_kde_kwin_outputmanagement 4
  request create_configuration(id: new org_kde_kwin_outputconfiguration)
