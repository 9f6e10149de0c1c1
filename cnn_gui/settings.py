"""What the application remembers between starts."""

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter

SCHEMES = ("system", "light", "dark")
TEXT_SIZES = (90, 100, 110, 125, 150, 175, 200)  # % of the usual size


def scheme() -> str:
    """Return the colour scheme that was chosen, one of SCHEMES."""
    value = QSettings().value("scheme", "system")
    return value if value in SCHEMES else "system"


def set_scheme(name: str) -> None:
    """Remember the colour scheme, one of SCHEMES."""
    QSettings().setValue("scheme", name)


def text_size() -> int:
    """Return how large texts are, in % of the usual size, one of TEXT_SIZES."""
    try:
        value = int(str(QSettings().value("text_size", 100)))
    except ValueError:
        return 100
    return value if value in TEXT_SIZES else 100


def set_text_size(percent: int) -> None:
    """Remember how large texts are, one of TEXT_SIZES."""
    QSettings().setValue("text_size", percent)


def side_panel() -> bool:
    """Return whether the column at the right is shown."""
    return QSettings().value("side_panel", "true") in (True, "true")


def set_side_panel(shown: bool) -> None:
    """Remember whether the column at the right is shown."""
    QSettings().setValue("side_panel", shown)


def save_layout(window: QMainWindow) -> None:
    """Remember the window's place and how its splitters divide it."""
    QSettings().setValue("geometry", window.saveGeometry())
    for splitter in window.findChildren(QSplitter):
        if splitter.objectName():
            QSettings().setValue(f"splitter/{splitter.objectName()}", splitter.saveState())


def restore_layout(window: QMainWindow) -> None:
    """Put the window where it was; what was never remembered stays as it is."""
    if isinstance(geometry := QSettings().value("geometry"), QByteArray):
        window.restoreGeometry(geometry)
    for splitter in window.findChildren(QSplitter):
        if isinstance(state := QSettings().value(f"splitter/{splitter.objectName()}"), QByteArray):
            splitter.restoreState(state)
