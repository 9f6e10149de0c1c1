"""The undo commands: an edit replaces a frozen Design by another; a run or a reset swaps what was learned."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple
from weakref import WeakMethod

from PySide6.QtGui import QUndoCommand

from cnn_gui.learned import Learned
from engine.architecture import Architecture
from engine.settings import TrainingSettings

MERGE_WITHIN = 1.0  # s: quicker steps of one spin box are one edit to a person


class Design(NamedTuple):
    """What a person decides, and undo brings back: the chain, and how it is trained."""

    architecture: Architecture
    settings: TrainingSettings


class SwapLearned(QUndoCommand):
    """Puts something *learned* in the place of what is; undo and redo swap them again. *text* is for the menu.

    With *done*, what is has taken the place of *learned* already, e.g. in a training run.

    Attributes:
        other: what undo, or redo after it, brings back; None where it was given up to save memory.
    """

    def __init__(self, swap: Callable[[Learned], Learned], learned: Learned, text: str, done: bool = False) -> None:
        super().__init__(text)
        self._swap, self._done = WeakMethod(swap), done  # weak for the reason that SetDesign has
        self.other: Learned | None = learned

    def redo(self) -> None:
        if self._done:
            self._done = False
        elif (swap := self._swap()) and self.other is not None:
            self.other = swap(self.other)

    undo = redo


class SetDesign(QUndoCommand):
    """Puts *new* in the place of *old*; *text* names the edit as the menu shows it, e.g. "Insert Convolution".

    Edits with the same non-empty *merge_key* that follow one another quickly become one.
    """

    def __init__(
        self, show: Callable[[Design], None], old: Design, new: Design, text: str, merge_key: str = ""
    ) -> None:
        super().__init__(text)
        # Weak: with document, stack and commands in one cycle, the garbage collector may free a command
        # before the stack that owns it does, and the process crashes.
        self._show, self._old, self._new = WeakMethod(show), old, new
        self._merge_key, self._time = merge_key, monotonic()

    def redo(self) -> None:
        self._apply(self._new)

    def undo(self) -> None:
        self._apply(self._old)

    def id(self) -> int:
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SetDesign) or other._merge_key != self._merge_key:
            return False
        if other._time - self._time > MERGE_WITHIN:
            return False
        self._new, self._time = other._new, other._time
        self.setObsolete(self._new == self._old)
        return True

    def _apply(self, design: Design) -> None:
        if show := self._show():
            show(design)
