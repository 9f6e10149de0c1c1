"""Editors for one declared value each: they take what a person enters, right or wrong, and judge nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from cnn_gui import theme
from cnn_gui.typed_numbers import WholeBox, real
from engine.schema import Param

_LARGEST = 2**31 - 1  # what a spin box can hold
_NARROWEST = 56  # px
_AROUND_NUMBER = 36  # px: border, padding and arrows
_AROUND_WORD = 36  # px: border, padding and arrow of a choice
_ROOM = 99_999  # beyond the limits, so that a number that is too large can be entered and explained


class IntField(WholeBox):
    """A whole number. Typing may leave the limits, or be no whole number at all; stepping may not.

    Signals:
        entered(int or str): a person changed the value; what is typed is handed on where it is no whole number.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        self._wrong, self._held = "", False  # what is typed and no whole number; whether it stays although Qt goes on
        super().__init__(parent)
        self._least = _LARGEST * -1 if param.ge is None else int(param.ge)
        self._most = _LARGEST if param.le is None else int(param.le)
        self.setRange(max(self._least - _ROOM, -_LARGEST), min(self._most + _ROOM, _LARGEST))
        self.setMinimumWidth(_NARROWEST)
        theme.indent_numbers(self)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._on_value_changed)

    def value(self) -> int | str:
        """Return the number, or what is typed where it is none."""
        return self._wrong or self.number

    @property
    def number(self) -> int:
        """The last whole number."""
        return super().value()

    def _on_value_changed(self, number: int) -> None:
        if not self._held:
            self.entered.emit(number)

    def finish(self) -> None:
        """Leave it to the form what becomes of an entry that went wrong."""
        if not self._wrong:
            self._before = None

    def judge(self, text: str) -> None:
        """Hand *text* on where it is no whole number, and the number where it is one again."""
        if self._held:
            return
        if self._before is None:
            self._before = self.number
        before = self._wrong
        self._wrong = "" if self.validate(text, 0)[0] == QValidator.State.Acceptable else text.strip() or " "
        if self._wrong or before:
            self.entered.emit(self.value())

    def room(self) -> int:
        """Return the width that shows the largest number that is allowed, in px."""
        return _AROUND_NUMBER + self.fontMetrics().horizontalAdvance(str(self._most))

    def show_value(self, value: int) -> None:
        """Show *value* without a signal."""
        self._wrong, self._before = "", None
        with QSignalBlocker(self):
            self.setValue(value)

    def stepBy(self, steps: int) -> None:
        before = self.value()
        with QSignalBlocker(self):
            if self._wrong and self._before is not None:
                self.setValue(self._before)
            super().stepBy(steps)
            self.setValue(min(max(self.number, self._least), self._most))
        self._wrong, self._before = "", None
        if self.value() != before:
            self.entered.emit(self.value())

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag
        down = flags.StepDownEnabled if self.number > self._least else flags.StepNone
        return down | (flags.StepUpEnabled if self.number < self._most else flags.StepNone)

    def event(self, event: QEvent) -> bool:
        return False if _is_undo(event) else super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        with self._keeping_what_is_wrong():
            super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with self._keeping_what_is_wrong():
                super().keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    @contextmanager
    def _keeping_what_is_wrong(self) -> Iterator[None]:
        """Let what is wrong stand there, with what is said of it: Qt puts the last number in its place."""
        self._held = bool(self._wrong)
        yield
        if self._held:
            self.lineEdit().setText(self._wrong)
        self._held = False


class FloatField(QLineEdit):
    """A number, also as '1e-3' or '0,5'.

    Signals:
        entered(float or str): a person changed the text; it is handed on as it stands where it is no number.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(lambda: self.entered.emit(self.value()))

    def value(self) -> float | str:
        """Return the number, or the text where it is none."""
        number = real(self.text())
        return self.text() if number is None else number

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
