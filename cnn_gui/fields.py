"""Editors for one declared value each: they take what a person enters, right or wrong, and judge nothing."""

from typing import cast

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from cnn_gui import theme
from engine.schema import Param

_LARGEST = 2**31 - 1  # what a spin box can hold
_NARROWEST = 56  # px
_AROUND_NUMBER = 36  # px: border, padding and arrows
_AROUND_WORD = 36  # px: border, padding and arrow of a choice
_ROOM = 99_999  # beyond the limits, so that a number that is too large can be entered and explained


class IntField(QSpinBox):
    """A whole number. Typing may leave the limits, stepping does not.

    Signals:
        entered(int): a person changed the value.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = _LARGEST * -1 if param.ge is None else int(param.ge)
        self._most = _LARGEST if param.le is None else int(param.le)
        self.setRange(max(self._least - _ROOM, -_LARGEST), min(self._most + _ROOM, _LARGEST))
        self.setMinimumWidth(_NARROWEST)
        theme.indent_numbers(self)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self.entered.emit)

    def room(self) -> int:
        """Return the width that shows the largest number that is allowed, in px."""
        return _AROUND_NUMBER + self.fontMetrics().horizontalAdvance(str(self._most))

    def show_value(self, value: int) -> None:
        """Show *value* without a signal."""
        with QSignalBlocker(self):
            self.setValue(value)

    def stepBy(self, steps: int) -> None:
        before = self.value()
        with QSignalBlocker(self):
            super().stepBy(steps)
            self.setValue(min(max(self.value(), self._least), self._most))
        if self.value() != before:
            self.entered.emit(self.value())

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag
        down = flags.StepDownEnabled if self.value() > self._least else flags.StepNone
        return down | (flags.StepUpEnabled if self.value() < self._most else flags.StepNone)

    def event(self, event: QEvent) -> bool:
        return False if _is_undo(event) else super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class FloatField(QLineEdit):
    """A number, also as '1e-3'.

    Signals:
        entered(float or str): a person changed the text; it is handed on as it stands where it is no number.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(lambda: self.entered.emit(self.value()))

    def value(self) -> float | str:
        """Return the number, or the text where it is none."""
        try:
            return float(self.text().replace(",", "."))
        except ValueError:
            return self.text()

    def show_value(self, value: float) -> None:
        """Show *value* without a signal."""
        self.setText(repr(value))

    def event(self, event: QEvent) -> bool:
        return False if _is_undo(event) else super().event(event)


class BoolField(QCheckBox):
    """Yes or no.

    Signals:
        entered(bool): a person changed it.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param.label, parent)
        self.clicked.connect(lambda: self.entered.emit(self.isChecked()))

    def value(self) -> bool:
        """Return whether it is checked."""
        return self.isChecked()

    def show_value(self, value: bool) -> None:
        """Show *value* without a signal."""
        self.setChecked(value)


class ChoiceField(QComboBox):
    """One of a few words.

    Signals:
        entered(str): a person chose another.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItems(param.choices)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumWidth(_NARROWEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textActivated.connect(self.entered.emit)

    def room(self) -> int:
        """Return the width that shows the longest word, in px."""
        return _AROUND_WORD + max(self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count()))

    def value(self) -> str:
        """Return the chosen word."""
        return self.currentText()

    def show_value(self, value: str) -> None:
        """Show *value* without a signal."""
        self.setCurrentText(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


def hide(part: QWidget, heir: QWidget) -> None:
    """Hide *part*, with the fields in it; if one of them has the focus, *heir* gets it."""
    focused = QApplication.focusWidget()
    if focused is not None and part.isAncestorOf(focused):
        heir.setFocus()
    part.hide()


def _is_undo(event: QEvent) -> bool:
    """Tell whether a key is about to undo text; every entry is an edit already, which the window undoes."""
    sequences = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    override = event.type() == QEvent.Type.ShortcutOverride
    return override and any(cast(QKeyEvent, event).matches(sequence) for sequence in sequences)
