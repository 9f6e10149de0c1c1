"""Builds the application: scheme, error reporter, window, and the project to begin with."""

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import resources
from cnn_gui import errors, interrupts, settings, theme
from cnn_gui.garbage import GarbageCollector
from cnn_gui.main_window import MainWindow
from cnn_gui.window.preset_menu import TRAINED
from engine.threads import pin_blas

SWITCH_INTERVAL = 0.0005  # s: how long the training thread may hold Python while the GUI waits; 5 ms by default


def create(arguments: list[str]) -> QApplication:
    """Return the application object with its name, icon and colours."""
    app = QApplication(arguments)
    app.setApplicationName("cnn-gui")
    app.setOrganizationName("cnn-gui")
    app.setApplicationDisplayName("CNN")
    app.setWindowIcon(QIcon(str(resources.path("icons", "app.svg"))))
    settings.set_damaged_aside()
    apply_scheme(app)
    QGuiApplication.styleHints().colorSchemeChanged.connect(lambda: apply_scheme(app))
    return app


def apply_scheme(app: QApplication) -> None:
    """Colour the application as chosen, or as the desktop asks, with texts of the chosen size."""
    chosen = {"light": theme.LIGHT, "dark": theme.DARK}
    theme.apply(app, chosen.get(settings.scheme()) or theme.system_tokens(), settings.text_size())


def start(arguments: list[str]) -> tuple[QApplication, MainWindow]:
    """Show the window, and then open the project named in *arguments* or the one that ships."""
    pin_blas()
    sys.setswitchinterval(SWITCH_INTERVAL)
    app = create(arguments)
    errors.install(app)
    window = MainWindow()
    signals = interrupts.listen(app)
    signals.arrived.disconnect(app.quit)
    signals.arrived.connect(window.end_unasked)
    window.scheme_chosen.connect(lambda: apply_scheme(app))
    window.show()
    QTimer.singleShot(0, lambda: open_first(window, app.arguments()[1:]))
    return app, window


def run(arguments: list[str]) -> int:
    """Run the application to its end; return the exit code."""
    app, window = start(arguments)
    garbage = GarbageCollector(app)
    try:
        return app.exec()
    finally:
        garbage.stop()
        window.deleteLater()


def open_first(window: MainWindow, paths: list[str]) -> None:
    """Open the project that was asked for, or else the trained LeNet-5 that ships."""
    if not (paths and window.files.open_path(Path(paths[0]))):
        window.files.open_path(resources.path(*TRAINED), untitled=True)
        window.show_first_steps()
    window.recovery.offer()
    QTimer.singleShot(0, window.complete)
