"""The one undo command: every edit replaces a frozen Architecture by another."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtGui import QUndoCommand

from engine.architecture import Architecture

MERGE_WITHIN = 1.0  # s: quicker steps of one spin box are one edit to a person


class SetArchitecture(QUndoCommand):
    """Puts *new* in the place of *old*; *text* names the edit as the menu shows it, e.g. "Insert Convolution".

    Edits with the same non-empty *merge_key* that follow one another quickly become one.
    """

    def __init__(
        self,
        show: Callable[[Architecture], None],
        old: Architecture,
        new: Architecture,
        text: str,
        merge_key: str = "",
    ) -> None:
        super().__init__(text)
        self._show, self._old, self._new = show, old, new
        self._merge_key, self._time = merge_key, monotonic()

    def redo(self) -> None:
        self._show(self._new)

    def undo(self) -> None:
        self._show(self._old)

    def id(self) -> int:
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SetArchitecture) or other._merge_key != self._merge_key:
            return False
        if other._time - self._time > MERGE_WITHIN:
            return False
        self._new, self._time = other._new, other._time
        self.setObsolete(self._new == self._old)
        return True
