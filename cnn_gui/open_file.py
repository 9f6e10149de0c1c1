"""The file of the open project: which it is, and whether it has everything."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack


class OpenFile(QObject):
    """Knows the edits from their undo stack, and hears of what is no edit, such as trained weights, by ``touch``.

    Attributes:
        path: the file that the project was opened from or saved to; None for none yet.

    Signals:
        modified_changed(bool), path_changed(): for the window's title.

    Thread: the GUI's.
    """

    modified_changed = Signal(bool)
    path_changed = Signal()

    def __init__(self, undo_stack: QUndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self._undo_stack, self._touched = undo_stack, False

    @property
    def modified(self) -> bool:
        """True if there is something that the file does not have."""
        return self._touched or not self._undo_stack.isClean()

    def tell_modified(self) -> None:
        """Emit ``modified_changed``: edits may have come, or have been undone."""
        self.modified_changed.emit(self.modified)

    def touch(self) -> None:
        """Say that something that is no edit is other than in the file."""
        before = self.modified
        self._touched = True
        if not before:
            self.modified_changed.emit(True)

    def mark_saved(self, path: Path | None) -> None:
        """Say that *path* holds what is open now (None: nothing to lose, but no file either)."""
        self.path, self._touched = path, False
        self._undo_stack.setClean()
        self.path_changed.emit()
        self.modified_changed.emit(False)
