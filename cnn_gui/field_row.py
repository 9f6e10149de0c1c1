"""One parameter in a form: its label, below it its field, and below that what is wrong with its value."""

from textwrap import fill
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnn_gui.fields import BoolField, ChoiceField, FloatField, IntField
from cnn_gui.padding_field import PaddingField
from cnn_gui.pair_field import PairField
from cnn_gui.plain_text import PlainLabel
from engine.schema import Param

Field = BoolField | ChoiceField | FloatField | IntField | PairField | PaddingField
_FIELDS: dict[str, type[Field]] = {
    "bool": BoolField, "choice": ChoiceField, "float": FloatField, "int": IntField, "pair": PairField,
    "padding": PaddingField,
}  # fmt: skip
_TIP_WIDTH = 72  # characters


class FieldRow(QWidget):
    """Hands on what a person enters if it is allowed, key by key; an entry that goes wrong is taken back as a whole.

    Attributes:
        param: what is declared of it.
        value: the last allowed value.
        problem: what is wrong with what is entered; '' for nothing.

    Signals:
        value_changed(name, value): another allowed value.
        problem_changed(): *problem* is another.

    Thread: the GUI's.
    """

    value_changed = Signal(str, object)
    problem_changed = Signal()

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.param = param
        self.value = self._settled = param.default  # settled: before the present entry
        self.problem = ""
        self.field = _FIELDS[param.kind](param)
        self.field.entered.connect(self._on_entered)
        parts = (self.field, *self.field.findChildren(QWidget))
        self._choices = [part for part in parts if isinstance(part, ChoiceField)]
        for part in self._typed_parts():
            part.editingFinished.connect(self._on_editing_finished)
        for part in self._choices:
            part.entered.connect(self._on_editing_finished)
        self.error, self.note = _remark("error"), _remark("small")
        self._explain()
        self._arrange()
        self.field.show_value(self.value)

    def show_value(self, value: Any) -> None:
        """Show *value* if it is news; what a person is entering just now stays otherwise."""
        if value != self.value:
            self.value = self._settled = value
            self.restore()

    def restore(self) -> None:
        """Show the last allowed value in the place of one that is not."""
        self.field.show_value(self.value)
        self._show_problem("")

    def remark(self, text: str) -> None:
        """Say *text* below the field, e.g. what else its value has changed; '' for nothing."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def room(self) -> int:
        """Return the width that shows label and field in full, in px."""
        own = self.field.room() if isinstance(self.field, IntField) else self.field.minimumSizeHint().width()
        return max(self._label.sizeHint().width(), own, *(choice.room() for choice in self._choices))

    def _on_entered(self, value: Any) -> None:
        value = self.param.coerce(value)
        self._show_problem(self.param.problem(value) or "")
        allowed = self._settled if self.problem else value
        if allowed != self.value:
            self.value = allowed
            self.value_changed.emit(self.param.name, allowed)

    def _on_editing_finished(self) -> None:
        self._settled = self.value

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
        expected = " ".join(filter(None, (self.param.expected(), self.param.unit)))
        sentences = (self.param.doc, f"{expected[0].upper()}{expected[1:]}.")
        self.field.setAccessibleName(self.param.label)
        self.field.setAccessibleDescription("\n".join(sentences))
        lines = (fill(sentence, _TIP_WIDTH, break_on_hyphens=False) for sentence in sentences)
        self.setToolTip("\n".join(lines))  # Qt does not wrap it

    def _arrange(self) -> None:
        # A check box is its own label; without words, the place of the label keeps boxes and fields in line.
        self._label = PlainLabel("" if isinstance(self.field, BoolField) else self.param.label)
        self._label.setProperty("role", "muted")
        self._label.setBuddy(self.field)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        for part in (self._label, self.field, self.error, self.note):
            box.addWidget(part)


def _remark(role: str) -> QLabel:
    """Return a label that is hidden until it has something to say."""
    label = PlainLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.hide()
    return label
