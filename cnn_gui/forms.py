"""Forms that are built from the declarations of a config, for layers and training settings alike."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.field_row import FieldRow
from cnn_gui.fields import hide
from engine import schema


class SchemaForm(QWidget):
    """A field for each declared parameter of a config class, one below the other. Esc takes back what is not allowed.

    A parameter that matters with some words of a choice only is hidden while another one is chosen.

    Attributes:
        rows: the FieldRow of each parameter, by name.

    Signals:
        value_changed(name, value): a person entered an allowed value.
        invalid_changed(text): what is wrong with the first field that is; '' when all are well.

    Thread: the GUI's.
    """

    value_changed = Signal(str, object)
    invalid_changed = Signal(str)

    def __init__(self, config_class: type, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = {param.name: FieldRow(param) for param in schema.params_of(config_class)}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        for row in self.rows.values():
            row.value_changed.connect(self._show_what_matters)
            row.value_changed.connect(self.value_changed)
            row.problem_changed.connect(lambda: self.invalid_changed.emit(self.problem))
            box.addWidget(row)
        box.addStretch()
        self._show_what_matters()

    @property
    def problem(self) -> str:
        """What is wrong with the first field that is; '' when all are well."""
        return next((row.problem for row in self.rows.values() if row.problem), "")

    def set_config(self, config: Any) -> None:
        """Show the values of *config*; a field keeps focus and cursor, and its text unless its value is another."""
        for name, row in self.rows.items():
            row.show_value(getattr(config, name))
        self._show_what_matters()

    def _show_what_matters(self) -> None:
        for row in self.rows.values():
            name, words = row.param.when or ("", ())
            if not name or self.rows[name].value in words:
                row.show()
            else:
                row.restore()  # an entry that is not allowed would stay in the way unseen
                hide(row, heir=self.rows[name].field)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.problem:
            for row in self.rows.values():
                row.restore()
        else:
            super().keyPressEvent(event)
