"""Buttons that change one setting of a layer so that it reads every pixel."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.editable_design import open_run
from cnn_gui.plain_text import PlainLabel
from engine.remedies import Remedy

_MOST = 4  # settings of a window: kernel, stride, padding, dilation
_ABREAST = 3


class RemedyBar(QWidget):
    """A button for each remedy; while the network cannot be edited they are off, and the line above says why.

    Signals:
        chosen(LayerConfig): a person wants the layer to be like that.

    Thread: GUI.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line, self.buttons = PlainLabel(), [QPushButton() for _ in range(_MOST)]
        self._shown: tuple[Sequence[Remedy], bool] | None = None
        self._grid = QGridLayout()
        self._arrange()
        for number, button in enumerate(self.buttons):
            button.clicked.connect(lambda _, n=number: self._choose(n))

    def show_remedies(self, remedies: Sequence[Remedy], locked: bool) -> None:
        """Offer *remedies*, but none while the network is *locked*."""
        if (remedies, locked) != self._shown:
            self._shown = remedies, locked
            self.line.setText(self._line(remedies, locked))
            abreast = _ABREAST if len(remedies) <= _ABREAST else 2
            for number, button in enumerate(self.buttons):
                self._grid.addWidget(button, *divmod(number, abreast))
                button.setVisible(number < len(remedies))
            for button, remedy in zip(self.buttons, remedies, strict=False):
                self._write(button, remedy, locked)

    def _choose(self, number: int) -> None:
        if self._shown is not None:
            self.chosen.emit(self._shown[0][number].config)

    def _write(self, button: QPushButton, remedy: Remedy, locked: bool) -> None:
        value, output = ("×".join(map(str, pair)) for pair in (remedy.value, remedy.output[1:]))
        what = f"{remedy.param.label} {value}"
        button.setText(self.tr("{0}\noutput {1}").format(what, output))
        button.setAccessibleName(self.tr("{0}: reads every pixel, output {1}").format(what, output))
        button.setToolTip(str(open_run()) if locked else self._tip(button.accessibleName(), remedy.refitted))
        button.setEnabled(not locked)

    def _line(self, remedies: Sequence[Remedy], locked: bool) -> str:
        if not remedies:
            return self.tr("No change of a single setting makes this layer read every pixel.")
        return str(open_run()) if locked else self.tr("Any one of these changes makes this layer read every pixel:")

    def _tip(self, what: str, refitted: int) -> str:
        fresh = self.tr("1 layer starts with new weights.")
        if refitted != 1:
            fresh = self.tr("{0} layers start with new weights.").format(refitted) if refitted else ""
        return " ".join(filter(None, (f"{what}.", fresh, self.tr("Undo restores everything."))))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        self._grid.setSpacing(theme.SPACE[1])
        for button in self.buttons:
            self._grid.addWidget(button)
            button.hide()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[0])
        column.addWidget(self.line)
        column.addLayout(self._grid)
