"""One parameter in a form: its label, its field, and below it what is wrong with its value."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.fields import BoolField, ChoiceField, FloatField, IntField
from cnn_gui.pair_field import PairField
from engine.schema import Param

Field = BoolField | ChoiceField | FloatField | IntField | PairField
_FIELDS: dict[str, type[Field]] = {
    "bool": BoolField, "choice": ChoiceField, "float": FloatField, "int": IntField, "pair": PairField,
}  # fmt: skip
_LABEL_SHARE, _FIELD_SHARE = 11, 9  # of the width


class FieldRow(QWidget):
    """Hands on what a person enters if it is allowed, key by key; an entry that goes wrong is taken back as a whole.

    Signals:
        value_changed(name, value): another allowed value.
        problem_changed(): *problem* is another.

    Thread: the GUI's.
    """

    value_changed = Signal(str, object)
    problem_changed = Signal()

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param = param
        self._value = self._settled = param.default  # the last allowed value, and that before the present entry
        self.problem = ""
        self.field = _FIELDS[param.kind](param)
        self.field.entered.connect(self._on_entered)
        for part in self._typed_parts():
            part.editingFinished.connect(self._on_editing_finished)
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
            self._value = self._settled = value
            self.restore()

    def restore(self) -> None:
        """Show the last allowed value in the place of one that is not."""
        self.field.show_value(self._value)
        self._show_problem("")

    def _on_entered(self, value: Any) -> None:
        value = self._param.coerce(value)
        self._show_problem(self._param.problem(value) or "")
        allowed = self._settled if self.problem else value
        if allowed != self._value:
            self._value = allowed
            self.value_changed.emit(self._param.name, allowed)

    def _on_editing_finished(self) -> None:
        self._settled = self._value

    def _typed_parts(self) -> list[IntField | FloatField]:
        own = [self.field] if isinstance(self.field, IntField | FloatField) else []
        return own + self.field.findChildren(IntField)

    def _show_problem(self, problem: str) -> None:
        if problem == self.problem:
            return
        self.problem = problem
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        for part in self._typed_parts():
            part.setProperty("invalid", bool(problem))
            part.style().polish(part)
        self.problem_changed.emit()

    def _explain(self) -> None:
        expected = " ".join(filter(None, (self._param.expected(), self._param.unit)))
        tip = f"{self._param.doc}\n{expected[0].upper()}{expected[1:]}."
        self.field.setAccessibleName(self._param.label)
        self.field.setAccessibleDescription(tip)
        self.setToolTip(tip)

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE[1])
        if not isinstance(self.field, BoolField):  # a check box is its own label
            label = QLabel(self._param.label)
            label.setBuddy(self.field)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # fields line up
            line.addWidget(label, _LABEL_SHARE)
        line.addWidget(self.field, _FIELD_SHARE)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        box.addLayout(line)
        box.addWidget(self.error)
