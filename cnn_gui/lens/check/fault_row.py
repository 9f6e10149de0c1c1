"""One deliberate fault that can be switched on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.available import set_obstacle
from cnn_gui.editable_design import open_run
from cnn_gui.plain_text import PlainLabel
from engine.faults import Fault

_INDENT = 22  # px: the text of a check box begins there


class FaultRow(QWidget):
    """The switch, what goes wrong, and why it changes nothing where that is so.

    Signals:
        switched(Fault, bool): a person switched it.

    Thread: GUI.
    """

    switched = Signal(object, bool)

    def __init__(self, fault: Fault, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fault = fault
        self.box = QCheckBox(self.tr(fault.title))
        self.story, self.idle = PlainLabel(self.tr(fault.story)), PlainLabel()
        self.box.setAccessibleDescription(self.story.text())
        self.box.clicked.connect(lambda on: self.switched.emit(fault, on))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.SPACE[0])
        column.setSpacing(0)
        column.addWidget(self.box)
        for label, role in ((self.story, "muted"), (self.idle, "small")):
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setIndent(_INDENT)
            column.addWidget(label)

    def show_state(self, on: bool, idle: str, able: bool) -> None:
        """Show whether it is on; *idle* says why it changes nothing, '' where it does."""
        self.box.setChecked(on)
        set_obstacle(self.box, "" if able else str(open_run()))
        self.idle.setText(self.tr("Changes nothing here: {0}.").format(idle) if idle else "")
        self.idle.setVisible(bool(idle))
