# A Qt 5 window with a table and a combo box: its list is an xdg_popup.
from PyQt5.QtWidgets import (QApplication, QComboBox, QLabel, QPushButton, QTableWidget, QVBoxLayout, QWidget)

app = QApplication([])
app.setEffectEnabled(0, False)
window = QWidget()
window.resize(400, 300)
layout = QVBoxLayout(window)
combo = QComboBox()
combo.addItems(["One", "Two", "Three"])
for widget in (combo, QPushButton("Press"), QLabel("Text äöü ✓"), QTableWidget(3, 3)):
    layout.addWidget(widget)
window.show()
app.exec()
