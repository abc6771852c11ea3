# A GTK 3 window with a button that opens a menu: the menu is an xdg_popup.
import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

window = Gtk.Window(title="gtk3")
window.set_default_size(400, 300)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
window.add(box)
button = Gtk.Button(label="Press")
box.add(button)
box.add(Gtk.Label(label="Text äöü ✓"))
box.add(Gtk.ProgressBar(fraction=0.4))
box.add(Gtk.Entry(text="entry"))
menu = Gtk.Menu()
for text in ("One", "Two", "Three"):
    menu.append(Gtk.MenuItem(label=text))
menu.show_all()
button.connect("clicked", lambda *_: menu.popup_at_widget(
    button, Gdk.Gravity.SOUTH_WEST, Gdk.Gravity.NORTH_WEST, None))
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
