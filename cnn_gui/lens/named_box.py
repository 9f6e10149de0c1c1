"""A box that chooses a number, by its name where it has one."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox


class NamedBox(QSpinBox):
    """Shows numbers, or names in their place; a number can be typed all the same.

    Thread: GUI.
    """

    _names: Sequence[str] = ()  # until the first offer: the base class asks for texts while it is made

    def offer(self, numbers: range, names: Sequence[str] = ()) -> None:
        """Let a person choose one of *numbers*, of which 0 is called names[0]. Nothing is emitted."""
        self.blockSignals(True)
        self._names = tuple(names)
        self.setRange(numbers.start, numbers.stop - 1)
        self.setValue(self.value())  # writes it anew
        self.blockSignals(False)

    def textFromValue(self, value: int) -> str:
        return self._names[value] if self._names else super().textFromValue(value)

    def valueFromText(self, text: str) -> int:
        return self._names.index(text) if text in self._names else super().valueFromText(text)

    def validate(self, text: str, position: int) -> object:
        if text in self._names:
            return QValidator.State.Acceptable, text, position
        return super().validate(text, position)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(self._more(), 0)

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint() + QSize(self._more(), 0)

    def _more(self) -> int:
        """Return how much wider the longest name is than those at the ends, which the base class measures."""
        widths = [self.fontMetrics().horizontalAdvance(name) for name in self._names]
        return max(widths) - max(widths[0], widths[-1]) if widths else 0
