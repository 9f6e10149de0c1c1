"""What the application remembers between starts."""

import stat
import sys
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, QSettings, QSize, QStandardPaths
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter, QStyle, QWidget

LARGEST = 4 * 2**20  # bytes of a settings file
SCHEMES = ("system", "light", "dark")
TEXT_SIZES = (90, 100, 110, 125, 150, 175, 200)  # % of the usual size


def set_damaged_aside() -> Path | None:
    """Move a settings file out of the way that cannot be read, and return where it is now; None where all is well.

    The application then starts as it does for the first time.
    """
    pipe = _pipe_set_aside()
    remembered = QSettings()
    path = Path(remembered.fileName())
    if pipe is not None:
        return pipe
    if not path.is_absolute() or not path.exists():  # the registry of Windows has no file
        return None
    size = path.stat().st_size
    remembered.allKeys()
    if path.is_file() and size <= LARGEST and remembered.status() != QSettings.Status.FormatError and not _holes(path):
        return None
    aside = _moved_aside(path)
    if aside is not None:
        remembered.clear()
        remembered.sync()
    return aside


def _pipe_set_aside() -> Path | None:
    """Move a pipe or a device out of the place of the settings: whoever makes a QSettings would read it for ever."""
    if sys.platform in ("win32", "darwin"):  # which keep settings elsewhere
        return None
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation))
    path = folder / QCoreApplication.organizationName() / f"{QCoreApplication.applicationName()}.conf"
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _moved_aside(path)


def _moved_aside(path: Path) -> Path | None:
    """Give the file at *path* another name, and return it; None where that fails."""
    aside = path.with_name(f"{path.name}.damaged")
    try:
        path.replace(aside)
    except OSError:  # e.g. a folder that is full; what makes no sense is passed over wherever it is read
        return None
    return aside


def _holes(path: Path) -> bool:
    """Tell whether the file has zero bytes, as a disk leaves them that lost its power; no settings have."""
    try:
        return b"\0" in path.read_bytes()
    except OSError:
        return True


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
        keep_on_screen(window)
    for splitter in window.findChildren(QSplitter):
        if isinstance(state := QSettings().value(f"splitter/{splitter.objectName()}"), QByteArray):
            splitter.restoreState(state)


def keep_on_screen(window: QWidget) -> None:
    """Have *window* no larger than its screen, and all of it there: screens come and go between two starts."""
    screen = QGuiApplication.screenAt(window.frameGeometry().center()) or QGuiApplication.primaryScreen()
    room, frame = screen.availableGeometry(), window.frameGeometry()
    if window.isMaximized() or window.isFullScreen() or room.contains(frame):
        return  # not moved to where it is: before it is shown, its frame is not known, and each start would shift it
    around = window.frameSize() - window.size()
    if around.isNull():
        around = QSize(0, window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight))
    window.resize(window.size().boundedTo(room.size() - around))
    size = window.size() + around
    left = max(room.left(), min(frame.left(), room.right() + 1 - size.width()))
    top = max(room.top(), min(frame.top(), room.bottom() + 1 - size.height()))
    window.move(left, top)
