"""Forms that are built from the declarations of a config, for layers and training settings alike."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.fields import BoolField, ChoiceField, FloatField, IntField
from cnn_gui.pair_field import PairField
from engine import schema
from engine.schema import Param

Field = BoolField | ChoiceField | FloatField | IntField | PairField
_FIELDS: dict[str, type[Field]] = {
    "bool": BoolField, "choice": ChoiceField, "float": FloatField, "int": IntField, "pair": PairField,
}  # fmt: skip


class FieldRow(QWidget):
    """A label, the field of one parameter, and below it what is wrong with its value.

    Signals:
        value_changed(name, value): a person entered an allowed value.
        problem_changed(): *problem* is another.

    Thread: the GUI's.
    """

    value_changed = Signal(str, object)
    problem_changed = Signal()

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param, self._value = param, param.default
        self.problem = ""
        self.field = _FIELDS[param.kind](param)
        self.field.entered.connect(self._on_entered)
        self.error = QLabel()
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.hide()
        self._explain()
        self._arrange()
        self.field.show_value(self._value)

    def show_value(self, value: Any) -> None:
        """Show *value* if it is news; what a person is entering just now stays otherwise."""
        if value != self._value:
            self._value = value
            self.restore()

    def restore(self) -> None:
        """Show the last allowed value in the place of one that is not."""
        self.field.show_value(self._value)
        self._show_problem("")

    def _on_entered(self, value: Any) -> None:
        value = self._param.coerce(value)
        self._show_problem(self._param.problem(value) or "")
        if not self.problem and value != self._value:
            self._value = value
            self.value_changed.emit(self._param.name, value)

    def _show_problem(self, problem: str) -> None:
        if problem == self.problem:
            return
        self.problem = problem
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        for part in (self.field, *self.field.findChildren(IntField)):
            part.setProperty("invalid", bool(problem))
            part.style().polish(part)
        self.problem_changed.emit()

    def _explain(self) -> None:
        expected = self._param.expected()
        tip = f"{self._param.doc}\n{expected[0].upper()}{expected[1:]}."
        self.field.setAccessibleName(self._param.label)
        self.field.setAccessibleDescription(tip)
        self.setToolTip(tip)

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        if not isinstance(self.field, BoolField):  # a check box is its own label
            box.addLayout(self._heading())
        box.addWidget(self.field)
        box.addWidget(self.error)

    def _heading(self) -> QHBoxLayout:
        label, unit = QLabel(self._param.label), QLabel(self._param.unit)
        label.setBuddy(self.field)
        unit.setProperty("role", "muted")
        line = QHBoxLayout()
        line.addWidget(label)
        line.addStretch()
        line.addWidget(unit)
        return line


class SchemaForm(QWidget):
    """A field for each declared parameter of a config class, one below the other. Esc takes back what is not allowed.

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
        box.setSpacing(theme.SPACE[2])
        for row in self.rows.values():
            row.value_changed.connect(self.value_changed)
            row.problem_changed.connect(lambda: self.invalid_changed.emit(self.problem))
            box.addWidget(row)
        box.addStretch()

    @property
    def problem(self) -> str:
        """What is wrong with the first field that is; '' when all are well."""
        return next((row.problem for row in self.rows.values() if row.problem), "")

    def set_config(self, config: Any) -> None:
        """Show the values of *config*; a field keeps focus and cursor, and its text unless its value is another."""
        for name, row in self.rows.items():
            row.show_value(getattr(config, name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.problem:
            for row in self.rows.values():
                row.restore()
        else:
            super().keyPressEvent(event)
