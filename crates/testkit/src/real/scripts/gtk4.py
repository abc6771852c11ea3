# A GTK 4 window with a button that opens a popover: an xdg_popup without a grab.
import gi
gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk


def popup(*_):
    popover = Gtk.Popover(autohide=False)
    popover.set_child(Gtk.Label(label="Popped up"))
    popover.set_parent(button)
    popover.popup()


# Not a Gtk.Application: that one wants a session bus.
window = Gtk.Window(title="gtk4", default_width=400, default_height=300)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
window.set_child(box)
button = Gtk.Button(label="Press")
button.connect("clicked", popup)
box.append(button)
box.append(Gtk.Label(label="Text äöü ✓"))
box.append(Gtk.ProgressBar(fraction=0.4))
window.present()
GLib.MainLoop().run()
