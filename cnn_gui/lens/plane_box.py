"""Which channel, filter or group is on show."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnn_gui.lens.named_box import NamedBox
from cnn_gui.plain_text import PlainLabel


class PlaneBox(NamedBox):
    """A box with its label before it, 'Channel (of 6)'; neither is there where there is no choice.

    A page has it above its pictures, at the right; what is chosen within a walk stands beside the walk.

    Attributes:
        word: what is counted.
        label: says so, and how many there are.

    Thread: GUI.
    """

    def __init__(self, word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.word, self.label = word, PlainLabel()
        self.label.setProperty("role", "muted")
        self.label.setBuddy(self)
        self.setAccessibleName(word)

    def offer(self, numbers: range, names: Sequence[str] = (), word: str = "") -> None:
        """Do as ``NamedBox`` does, and say what is counted: *word*, where it is another than before."""
        super().offer(numbers, names)
        self.word = word or self.word
        self.setAccessibleName(self.word)
        self.label.setText(self.tr("{0} (of {1})").format(self.word, len(numbers)))
        self.setToolTip(self.word if names else self.tr("{0}, counted from 0").format(self.word))
        for part in (self.label, self):
            part.setVisible(len(numbers) > 1)

    def show_number(self, number: int) -> None:
        """Show that one; nothing is emitted."""
        if number != self.value():  # else what is being typed would be written over
            with QSignalBlocker(self):
                self.setValue(number)

    def place_in(self, row: QHBoxLayout) -> None:
        """Add the label and the box to a row."""
        row.addWidget(self.label)
        row.addWidget(self)
