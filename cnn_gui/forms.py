"""Forms that are built from the declarations of a config, for layers and training settings alike."""

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.field_grid import FieldGrid
from cnn_gui.field_row import FieldRow
from cnn_gui.fields import hide
from cnn_gui.fold import Fold
from engine import schema


class SchemaForm(QWidget):
    """A field for each declared parameter of a config class. Esc takes back what is not allowed.

    A parameter that matters with some words of a choice only is hidden while another one is chosen.

    Attributes:
        rows: the FieldRow of each parameter, by name.
        more: holds the rows of all but the *usual* parameters; None where all are in sight.

    Signals:
        value_changed(name, value): a person entered an allowed value.
        invalid_changed(text): what is wrong with the first field that is; '' when all are well.

    Thread: the GUI's.
    """

    value_changed = Signal(str, object)
    invalid_changed = Signal(str)

    def __init__(self, config_class: type, usual: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = {param.name: FieldRow(param) for param in schema.params_of(config_class)}
        self._rare = [row for name, row in self.rows.items() if usual and name not in usual]
        self._grids = [FieldGrid([row for row in self.rows.values() if row not in self._rare])]
        self.more: Fold | None = None
        if self._rare:
            self._grids.append(FieldGrid(self._rare))
            self.more = Fold("", self._grids[-1])
            self.more.closed.connect(lambda: _restore_wrong(self._rare))
        self._arrange()
        for row in self.rows.values():
            row.value_changed.connect(self._show_what_matters)
            row.value_changed.connect(self.value_changed)
            row.problem_changed.connect(lambda: self.invalid_changed.emit(self.problem))
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

    def set_locked(self, locked: bool) -> None:
        """Let the fields rest; what is folded away can be looked at all the same."""
        for grid in self._grids:
            grid.setDisabled(locked)

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[1])
        box.addWidget(self._grids[0])
        if self.more is not None:
            box.addWidget(self.more)
        box.addStretch()

    def _show_what_matters(self) -> None:
        for row in self.rows.values():
            name, words = row.param.when or ("", ())
            if not name or self.rows[name].value in words:
                row.show()
            else:
                row.restore()  # an entry that is not allowed would stay in the way unseen
                hide(row, heir=self.rows[name].field)
        for grid in self._grids:
            grid.place()
        self._tell_what_is_folded()

    def _tell_what_is_folded(self) -> None:
        if self.more is None:
            return
        changed = [row for row in self._rare if not row.isHidden() and row.value != row.param.default]
        title, count = self.tr(" More"), self.tr(" More · {0} changed").format(len(changed))
        self.more.button.setText(count if changed else title)
        usual = self.tr("{0}: {1} (default {2})")
        lines = [usual.format(row.param.label, row.value, row.param.default) for row in changed]
        nothing = self.tr("Settings that are rarely changed; all have their default values")
        self.more.button.setToolTip("\n".join([self.tr("Changed from default:"), *lines]) if lines else nothing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.problem:
            _restore_wrong(self.rows.values())
        else:
            super().keyPressEvent(event)


def _restore_wrong(rows: Iterable[FieldRow]) -> None:
    """Take back what is entered and not allowed."""
    for row in rows:
        if row.problem:
            row.restore()
