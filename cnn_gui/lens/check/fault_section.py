"""The deliberate faults of the layer on show."""

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.available import set_obstacle
from cnn_gui.editable_design import open_run
from cnn_gui.fault_switches import FaultSwitches
from cnn_gui.lens.check.fault_row import FaultRow
from cnn_gui.plain_text import PlainLabel
from engine import faults
from engine.faults import Fault
from engine.trace.record import LayerTrace


class FaultSection(QWidget):
    """A switch for each fault that suits the layer, and one for training.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._switches: FaultSwitches | None = None
        self._uid = ""
        self.heading, self.about = PlainLabel(self.tr("Faults")), PlainLabel()
        self.rows = [FaultRow(fault) for fault in faults.ALL]
        self.training = QCheckBox(self.tr("Train with these faults"))
        self._arrange()
        for row in self.rows:
            row.switched.connect(self._on_switched)
        self.training.clicked.connect(self._on_training_switched)

    def show_layer(self, layer: LayerTrace, switches: FaultSwitches, locked: bool) -> None:
        """Show the faults of *layer*; *locked*: a run is under way, whose faults cannot change."""
        self._switches, self._uid = switches, layer.spec.uid
        suiting, on = faults.suiting(layer.spec.config), switches.chosen.get(self._uid, frozenset())
        for row in self.rows:
            suits = row.fault in suiting
            row.setVisible(suits)
            idle = row.fault.idle(layer.spec.config, layer.input) if suits else ""
            row.show_state(row.fault in on, idle, not (locked and switches.in_training))
        self.about.setText(
            self.tr("Mistakes that networks written from scratch really have. Switch one on, see dC/dX "
                "change, and check again.")
            if suiting else self.tr("There are none for this kind of layer.")
        )  # fmt: skip
        self.training.setVisible(bool(suiting or switches.chosen))
        self.training.setChecked(switches.in_training)
        running = str(open_run()) if locked else ""
        set_obstacle(self.training, running or ("" if switches.chosen else self.tr("Switch a fault on first.")))

    def _on_switched(self, fault: Fault, on: bool) -> None:
        if self._switches is not None:
            self._switches.switch(self._uid, fault, on)

    def _on_training_switched(self, on: bool) -> None:
        if self._switches is not None:
            self._switches.switch_training(on)

    def _arrange(self) -> None:
        self.heading.setProperty("role", "title")
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.training.setToolTip(
            self.tr(
                "The loss of the next run shows the damage. Faults are never saved; opening another "
                "project clears them."
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[0])
        for part in (self.heading, self.about, *self.rows, self.training):
            column.addWidget(part)
