//! xdg-shell: windows and menus.
//!
//! Invariant: a window shows nothing before its client has acknowledged a configure, as the protocol asks.

use crate::dispatch::Rule;

pub(crate) mod popup;
pub(crate) mod positioner;
mod shell;
pub(crate) mod toplevel;
pub(crate) mod window;

pub(crate) const RULES: &[Rule] = &[
    ("xdg_wm_base", "destroy", shell::destroy_base),
    ("xdg_wm_base", "create_positioner", positioner::create),
    ("xdg_wm_base", "get_xdg_surface", shell::get_xdg_surface),
    ("xdg_positioner", "set_size", positioner::set_size),
    ("xdg_positioner", "set_anchor_rect", positioner::set_anchor_rect),
    ("xdg_positioner", "set_anchor", positioner::set_anchor),
    ("xdg_positioner", "set_gravity", positioner::set_gravity),
    ("xdg_positioner", "set_constraint_adjustment", positioner::set_constraint_adjustment),
    ("xdg_positioner", "set_offset", positioner::set_offset),
    ("xdg_positioner", "set_reactive", positioner::set_reactive),
    ("xdg_positioner", "set_parent_size", positioner::set_parent_size),
    ("xdg_surface", "destroy", shell::destroy),
    ("xdg_surface", "get_toplevel", toplevel::create),
    ("xdg_surface", "get_popup", popup::create),
    ("xdg_surface", "set_window_geometry", shell::set_window_geometry),
    ("xdg_surface", "ack_configure", shell::ack_configure),
    ("xdg_popup", "destroy", popup::destroy),
    ("xdg_popup", "grab", popup::grab),
    ("xdg_popup", "reposition", popup::reposition),
    ("xdg_toplevel", "set_parent", toplevel::set_parent),
    ("xdg_toplevel", "set_title", toplevel::set_title),
    ("xdg_toplevel", "set_app_id", toplevel::set_app_id),
    ("xdg_toplevel", "move", toplevel::drag),
    ("xdg_toplevel", "resize", toplevel::drag_edges),
    ("xdg_toplevel", "set_max_size", toplevel::set_max_size),
    ("xdg_toplevel", "set_min_size", toplevel::set_min_size),
    ("xdg_toplevel", "set_maximized", |view, request| toplevel::maximize(view, request, true)),
    ("xdg_toplevel", "unset_maximized", |view, request| toplevel::maximize(view, request, false)),
    ("xdg_toplevel", "set_fullscreen", |view, request| toplevel::fullscreen(view, request, true)),
    ("xdg_toplevel", "unset_fullscreen", |view, request| toplevel::fullscreen(view, request, false)),
    ("xdg_toplevel", "set_minimized", toplevel::minimize),
];
