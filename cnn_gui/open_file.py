"""The file of the open project: which it is, and whether it has everything."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack


class OpenFile(QObject):
    """Knows the edits from their undo stack, and hears of what is no edit, such as trained weights, by ``touch``.

    Attributes:
        path: the file that the project was opened from or saved to; None for none yet.
        touched: whether something that is no edit is other than in the file.
        saves: how often anything was opened or saved.

    Signals:
        modified_changed(bool), path_changed(): for the window's title.

    Thread: the GUI's.
    """

    modified_changed = Signal(bool)
    path_changed = Signal()

    def __init__(self, undo_stack: QUndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.touched, self.saves = False, 0
        self._undo_stack = undo_stack

    @property
    def modified(self) -> bool:
        """True if there is something that the file does not have."""
        return self.touched or not self._undo_stack.isClean()

    def tell_modified(self) -> None:
        """Emit ``modified_changed``: edits may have come, or have been undone."""
        self.modified_changed.emit(self.modified)

    def touch(self) -> None:
        """Say that something that is no edit is other than in the file."""
        before = self.modified
        self.touched = True
        if not before:
            self.modified_changed.emit(True)

    def leave(self) -> None:
        """Begin to be untitled: what is open now is another project than the one in the file."""
        self.path = None
        self.path_changed.emit()
        self.touch()

    def mark_saved(self, path: Path | None) -> None:
        """Say that *path* holds what is open now (None: nothing to lose, but no file either)."""
        self.path, self.touched = path, False
        self.saves += 1
        self._undo_stack.setClean()
        self.path_changed.emit()
        self.modified_changed.emit(False)
