"""The application with a signpost: ``python -m tests.helpers.signpost [PROJECT]``.

For a test that uses the window from outside. Each line that comes in is a question (JSON), each line that goes out
its answer: where something is on the screen, and what it says. The signpost changes nothing; all input comes from
the screen's own mouse and keyboard.
"""

import json
import os
import sys
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSocketNotifier, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSpinBox, QWidget

from cnn_gui import app as application
from cnn_gui.main_window import MainWindow

Spot = tuple[QWidget, QRect]


def main() -> int:
    """Start the application as a person would, and answer until it ends."""
    app, window = application.start(["cnn-gui", *sys.argv[1:]])
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, app)
    notifier.activated.connect(lambda: answer_all(window))
    return app.exec()


def answer_all(window: MainWindow) -> None:
    """Answer what has come in; a question is one short line."""
    for line in os.read(sys.stdin.fileno(), 65536).splitlines():
        try:
            said = answer(window, *json.loads(line))
        except Exception as error:  # the one who asked shall hear of it
            said = {"error": f"{line.decode()}: {error!r}"}
        print(json.dumps(said), flush=True)


def answer(window: MainWindow, kind: str, *words: Any) -> Any:
    """Return what the signpost says to one question."""
    if kind == "picture":
        return QGuiApplication.primaryScreen().grabWindow(0).save(words[0])
    if kind == "dialog":
        dialog = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        return dialog.windowTitle() if dialog else None
    return describe(*FINDERS[kind](window, *words))


def describe(widget: QWidget, part: QRect) -> dict[str, Any]:
    """Return where *part* of *widget* is on the screen, whether it can be clicked there, and what the widget says."""
    corner = widget.mapToGlobal(part.topLeft())
    covered = QApplication.widgetAt(corner + QPoint(part.width() // 2, part.height() // 2))
    text = getattr(widget, "text", widget.accessibleDescription)
    return {
        "rect": [corner.x(), corner.y(), part.width(), part.height()],
        "shown": widget.visibleRegion().contains(part.center()) and covered is not None,
        "enabled": widget.isEnabled(),
        "text": text() or widget.accessibleName(),
    }


def find_widget(window: MainWindow, path: str) -> Spot:
    """Find a widget by the attributes that lead to it from the window."""
    widget = attrgetter(path)(window) if path else window
    return widget, widget.rect()


def find_layer(window: MainWindow, label: str) -> Spot:
    """Find a row of the palette."""
    rows = window.palette_view.layers
    (item,) = [item for item in rows.findItems(label, Qt.MatchFlag.MatchExactly) if item.flags()]  # no heading
    return rows.viewport(), rows.visualItemRect(item)


def find_gap(window: MainWindow, position: int) -> Spot:
    """Find where a layer is dropped to come to *position* of the chain."""
    place = window.canvas.insertion_point(position)
    return window.canvas.viewport(), QRect(place, place)


def find_card(window: MainWindow, position: int) -> Spot:
    """Find the middle of a layer's card."""
    place = window.canvas.card_center(window.document.architecture.layers[position].uid)
    return window.canvas.viewport(), QRect(place, place)


def find_field(window: MainWindow, name: str) -> Spot:
    """Find the place to type in for a setting of the selected layer."""
    return _typed_part(window.form.page.form.rows[name].field)


def find_setting(window: MainWindow, name: str) -> Spot:
    """Find the place to type in for a setting of the training."""
    return _typed_part(window.settings_panel.form.rows[name].field)


def find_paper(window: MainWindow) -> Spot:
    """Find the square that takes ink."""
    return window.draw.canvas, window.draw.canvas.paper().toAlignedRect()


def find_tab(window: MainWindow, number: int) -> Spot:
    """Find a tab of the lens."""
    bar = window.lens.tabs.tabBar()
    return bar, bar.tabRect(number)


def _typed_part(field: QWidget) -> Spot:
    part = field.findChild(QSpinBox) or field  # of a pair of numbers, the first
    return part, part.rect().adjusted(0, 0, -part.width() // 2, 0)  # the right half may have buttons


FINDERS: dict[str, Callable[..., Spot]] = {
    "widget": find_widget,
    "layer": find_layer,
    "gap": find_gap,
    "card": find_card,
    "field": find_field,
    "setting": find_setting,
    "paper": find_paper,
    "tab": find_tab,
}

if __name__ == "__main__":
    sys.exit(main())
