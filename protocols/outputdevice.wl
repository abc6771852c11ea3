interface org_kde_kwin_outputdevice 4
  event geometry(x: int, y: int, physical_width: int, physical_height: int, subpixel: int, make: string, model: string, transform: int)
  event mode(flags: uint, width: int, height: int, refresh: int, mode_id: int)
  event done()
  event scale(factor: int)
  event edid(raw: string)
  event enabled(enabled: int)
  event uuid(uuid: string)
  event scalef(factor: fixed) since 2
  event colorcurves(red: array, green: array, blue: array) since 2
  event serial_number(serialNumber: string) since 2
  event eisa_id(eisaId: string) since 2
  event capabilities(flags: uint) since 3
  event overscan(overscan: uint) since 3
  event vrr_policy(vrr_policy: uint) since 4
