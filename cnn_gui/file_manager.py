"""The system's file manager, at a file that was written."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def show(path: Path) -> bool:
    """Show the folder of *path*, with the file selected where the system can do that; False if nothing opened it."""
    path = path.absolute()
    program, arguments = _selecting(path)
    if program and path.exists() and QProcess.startDetached(program, arguments)[0]:
        return True
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _selecting(path: Path) -> tuple[str, list[str]]:
    """Return the program of this system that selects a file, and its arguments; ('', []) for none."""
    if sys.platform == "win32":
        return "explorer.exe", ["/select,", str(path)]
    if sys.platform == "darwin":
        return "/usr/bin/open", ["-R", str(path)]
    return "", []
