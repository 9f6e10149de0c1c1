"""Why a file could not be read or written, in one sentence for a person."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine.errors import BadInputError
from engine.files.failures import told

EXPECTED = (BadInputError, OSError, MemoryError)  # what is no fault of the application when it reads or writes a file


def sentence(error: Exception, path: Path) -> str:
    """Return what *error* says of *path* and what to do about it."""
    if isinstance(error, OSError):
        return told(error, path)
    if isinstance(error, MemoryError):
        return _tr(
            "{0}: there is not enough memory to read it. Close other programs, or choose a smaller file."
        ).format(path)
    return str(error)


def _tr(text: str) -> str:
    return QCoreApplication.translate("failures", text)
