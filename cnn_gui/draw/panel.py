"""Canvas, what the network sees, and its answer, side by side."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.draw.bars import ProbabilityBars
from cnn_gui.draw.canvas import DigitCanvas
from cnn_gui.draw.preview import NetworkInputView
from cnn_gui.draw.strokes import Ink
from cnn_gui.draw.tools import DrawTools
from engine.data.digits import normalise_digit

_SHARES = (10, 5, 6)  # of the width: canvas, what the network sees, bars


class DrawPanel(QWidget):
    """The draw room. It knows no network: it says what was drawn and shows what it is told.

    Signals:
        digit_changed(object): the picture for the network, (height, width) float32 in [0, 1], read-only, at
            each mouse move; None when the paper is empty.
        follow_changed(bool): the activation maps should, or should no longer, follow the drawing.
        why_wanted(): a person wants to know why the network reads the drawing as it does.

    Thread: GUI.
    """

    digit_changed = Signal(object)
    follow_changed = Signal(bool)
    why_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = (28, 28)
        self._digit: Ink | None = None
        self.canvas = DigitCanvas()
        self.preview = NetworkInputView()
        self.bars = ProbabilityBars()
        self.tools = DrawTools(self.canvas)
        self._arrange()
        self.canvas.strokes_changed.connect(self._on_strokes_changed)
        self.tools.follow_box.toggled.connect(self.follow_changed)
        self.bars.clicked.connect(self.why_wanted)

    @property
    def digit(self) -> Ink | None:
        """The picture for the network as last signalled; None when the paper is empty."""
        return self._digit

    @property
    def follow_drawing(self) -> bool:
        """Whether the activation maps should follow the drawing."""
        return self.tools.follow_box.isChecked()

    def set_follow_drawing(self, follow: bool) -> None:
        """Tick or clear "Maps follow the drawing"."""
        self.tools.follow_box.setChecked(follow)

    def set_input_shape(self, height: int, width: int) -> None:
        """Prepare digits for a network that takes pictures of *height* x *width* px."""
        self._shape = (height, width)
        self._on_strokes_changed()

    def set_class_names(self, names: Sequence[str]) -> None:
        """Name the classes, in the order of the network's outputs."""
        self.bars.set_class_names(names)

    def show_prediction(self, probabilities: npt.NDArray[np.floating] | None) -> None:
        """Show the network's answer, (K,); None where there is nothing to answer."""
        self.bars.set_reason("")
        self.bars.set_probabilities(probabilities)

    def show_reason(self, reason: str) -> None:
        """Say in a sentence why the network cannot answer, until the next prediction."""
        self.bars.set_reason(reason)

    def _on_strokes_changed(self) -> None:
        picture = normalise_digit(self.canvas.ink(), self._shape)
        picture.flags.writeable = False
        self.preview.set_image(picture)
        self._digit = picture if picture.any() else None
        if self._digit is None:
            self.bars.set_probabilities(None)
        self.digit_changed.emit(self._digit)

    def _arrange(self) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(theme.SPACE[1])
        for widget, share in zip((self.canvas, self.preview, self.bars), _SHARES, strict=True):
            pictures.addWidget(widget, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(pictures, 1)
        column.addWidget(self.tools)
