"""A box that chooses a number, by its name where it has one."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize
from PySide6.QtGui import QValidator

from cnn_gui.typed_numbers import WholeBox


class NamedBox(WholeBox):
    """Shows numbers, or names in their place; a name can be typed, and a number all the same.

    Thread: GUI.
    """

    _names: tuple[str, ...] = ()  # until the first offer: the base class asks for texts while it is made

    def offer(self, numbers: range, names: Sequence[str] = ()) -> None:
        """Let a person choose one of *numbers*, of which 0 is called names[0]. Nothing is emitted.

        Where these are the same as before, what is being typed stays.
        """
        if (self._names, self.minimum(), self.maximum()) == (tuple(names), numbers.start, numbers.stop - 1):
            return
        with QSignalBlocker(self):
            self._names = tuple(names)
            self.setRange(numbers.start, numbers.stop - 1)
            self.setValue(self.value())  # writes it anew

    def textFromValue(self, value: int) -> str:
        return self._names[value] if self._names else super().textFromValue(value)

    def valueFromText(self, text: str) -> int:
        known, typed = [name.casefold() for name in self._names], text.casefold()
        return known.index(typed) if typed in known else super().valueFromText(text)

    def validate(self, text: str, position: int) -> object:
        known, typed = [name.casefold() for name in self._names], text.casefold()
        if typed in known:
            return QValidator.State.Acceptable, text, position
        if any(name.startswith(typed) for name in known):
            return QValidator.State.Intermediate, text, position
        return super().validate(text, position)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(self._more(), 0)

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint() + QSize(self._more(), 0)

    def _more(self) -> int:
        """Return how much wider the longest name is than those at the ends, which the base class measures."""
        widths = [self.fontMetrics().horizontalAdvance(name) for name in self._names]
        return max(widths) - max(widths[0], widths[-1]) if widths else 0
