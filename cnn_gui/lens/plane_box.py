"""Which channel, filter or group is on show."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget


class PlaneBox(QSpinBox):
    """A box with its label before it, 'Channel (of 6)'; neither is there where there is no choice.

    A page has it above its pictures, at the right; what is chosen within a walk stands beside the walk.

    Attributes:
        label: says what is counted, and how many there are.

    Thread: GUI.
    """

    def __init__(self, word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.label.setProperty("role", "muted")
        self.label.setBuddy(self)
        self.setAccessibleName(word)

    def offer(self, count: int, first: int = 0) -> None:
        """Let a person choose one of *count*, counted from *first*; nothing is emitted."""
        self.blockSignals(True)
        self.setRange(first, first + count - 1)
        self.blockSignals(False)
        self.label.setText(self.tr("{0} (of {1})").format(self.accessibleName(), count))
        self.setToolTip(self.tr("{0}, counted from 0").format(self.accessibleName()))
        for part in (self.label, self):
            part.setVisible(count > 1)

    def show_number(self, number: int) -> None:
        """Show that one; nothing is emitted."""
        self.blockSignals(True)
        self.setValue(number)
        self.blockSignals(False)

    def place_in(self, row: QHBoxLayout) -> None:
        """Add the label and the box to a row."""
        row.addWidget(self.label)
        row.addWidget(self)
