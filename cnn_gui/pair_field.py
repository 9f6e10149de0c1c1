"""The editor for a pair of numbers: rows and columns."""

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cnn_gui import theme
from cnn_gui.fields import IntField
from cnn_gui.plain_text import PlainLabel
from engine.schema import Param

Pair = tuple[int, int]


class PairField(QWidget):
    """Two whole numbers with a lock that keeps them the same.

    Signals:
        entered((int, int)): a person changed one or both.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows, self.columns, self.lock = IntField(param), IntField(param), QToolButton()
        self.rows.setAccessibleName(self.tr("{0}, rows").format(param.label))
        self.columns.setAccessibleName(self.tr("{0}, columns").format(param.label))
        self.lock.setAccessibleName(self.tr("{0}: same for rows and columns").format(param.label))
        self.lock.setCheckable(True)
        self.lock.setChecked(True)
        self.lock.setFixedSize(theme.TARGET, theme.TARGET)
        self.setFocusProxy(self.rows)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        for part in (self.rows, PlainLabel("×"), self.columns, self.lock):
            box.addWidget(part)
        box.setStretch(0, 1)
        box.setStretch(2, 1)
        self.rows.entered.connect(lambda: self._on_entered(self.rows, self.columns))
        self.columns.entered.connect(lambda: self._on_entered(self.columns, self.rows))
        self.lock.toggled.connect(self._on_lock_toggled)
        self._show_lock()

    def value(self) -> tuple[int | str, int | str]:
        """Return (rows, columns), each a number or what is typed in its place."""
        return self.rows.value(), self.columns.value()

    def show_value(self, value: Pair) -> None:
        """Show *value* without a signal; numbers that differ open the lock."""
        self.rows.show_value(value[0])
        self.columns.show_value(value[1])
        if value[0] != value[1]:
            with QSignalBlocker(self.lock):
                self.lock.setChecked(False)
            self._show_lock()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_lock()

    def _on_entered(self, source: IntField, other: IntField) -> None:
        number = source.value()
        if self.lock.isChecked() and isinstance(number, int):
            other.show_value(number)
        self.entered.emit(self.value())

    def _on_lock_toggled(self, locked: bool) -> None:
        self._show_lock()
        if locked and self.rows.value() != self.columns.value():
            self._on_entered(self.rows, self.columns)

    def _show_lock(self) -> None:
        locked, scheme = self.lock.isChecked(), theme.tokens(self.palette())
        self.lock.setIcon(theme.icon("lock" if locked else "unlock", scheme.accent if locked else scheme.muted))
        same, apart = self.tr("Same for rows and columns (Space)"), self.tr("Rows and columns differ (Space)")
        self.lock.setToolTip(same if locked else apart)
