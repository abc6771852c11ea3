interface org_kde_kwin_dpms 1
  request set(mode: uint)
  request release() destructor
  event supported(supported: uint)
  event mode(mode: uint)
  event done()

interface org_kde_kwin_dpms_manager 1
  request get(id: new org_kde_kwin_dpms, output: object wl_output)
