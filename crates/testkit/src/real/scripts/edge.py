# A GTK 3 window with a button in its lower right corner; its menu is longer than what is left below it.
import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

window = Gtk.Window(title="edge")
window.set_default_size(500, 350)
button = Gtk.Button(label="Press", halign=Gtk.Align.END, valign=Gtk.Align.END)
window.add(button)
menu = Gtk.Menu()
for number in range(8):
    menu.append(Gtk.MenuItem(label="A rather long entry, number %d" % number))
menu.show_all()
button.connect("clicked", lambda *_: menu.popup_at_widget(
    button, Gdk.Gravity.SOUTH_WEST, Gdk.Gravity.NORTH_WEST, None))
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
