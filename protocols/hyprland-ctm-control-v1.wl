interface hyprland_ctm_control_manager_v1 2
  request set_ctm_for_output(output: object wl_output, mat0: fixed, mat1: fixed, mat2: fixed, mat3: fixed, mat4: fixed, mat5: fixed, mat6: fixed, mat7: fixed, mat8: fixed)
  request commit()
  request destroy() destructor
  event blocked()
