"""Canvas, what the network sees, and its answer, side by side."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.draw.bars import ProbabilityBars
from cnn_gui.draw.canvas import DigitCanvas
from cnn_gui.draw.ink_colours import brightness
from cnn_gui.draw.preview import NetworkInputView
from cnn_gui.draw.strokes import Ink, fitted, fitted_on_sheet
from cnn_gui.draw.tools import DrawTools
from cnn_gui.plots.labels import ElidedLabel
from engine.data.appearance import Appearance, Placing
from engine.layer import Shape

_SHARES = (10, 5, 6)  # of the width: canvas, what the network sees, bars


class DrawPanel(QWidget):
    """The draw room. It knows no network: it says what was drawn and shows what it is told.

    Signals:
        drawing_changed(object): the image for the network, (C, H, W) float32 in [0, 1], read-only, at each mouse
            move; None when the paper is empty.
        follow_changed(bool): the activation maps should, or should no longer, follow the drawing.
        why_wanted(): a person wants to know why the network reads the drawing as it does.

    Thread: GUI.
    """

    drawing_changed = Signal(object)
    follow_changed = Signal(bool)
    why_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Shape = (1, 28, 28)
        self._look = Appearance.of_mnist(self._shape)
        self._drawing: Ink | None = None
        self.canvas = DigitCanvas()
        self.preview = NetworkInputView()
        self.bars = ProbabilityBars()
        self.tools = DrawTools(self.canvas)
        self.note = ElidedLabel("muted")
        self._arrange()
        self._explain()
        self.canvas.strokes_changed.connect(self._on_strokes_changed)
        self.tools.follow_box.toggled.connect(self.follow_changed)
        self.bars.clicked.connect(self.why_wanted)

    @property
    def drawing(self) -> Ink | None:
        """The image (C, H, W) for the network as last signalled; None when the paper is empty."""
        return self._drawing

    @property
    def follow_drawing(self) -> bool:
        """Whether the activation maps should follow the drawing."""
        return self.tools.follow_box.isChecked()

    def set_follow_drawing(self, follow: bool) -> None:
        """Tick or clear "Maps follow the drawing"."""
        self.tools.follow_box.setChecked(follow)

    def set_input(self, shape: Shape, look: Appearance) -> None:
        """Prepare drawings for a network that reads images of *shape* (C, H, W) that *look* like that."""
        self._shape, self._look = shape, look
        self._explain()
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
        look, size = self._look, (self._shape[1], self._shape[2])
        placed = look.placed(self._ink(), size, ready=True)
        image = look.painted(placed)
        image.flags.writeable = False
        self.preview.set_image(image)
        self._drawing = image if placed.any() else None
        if self._drawing is None:
            self.bars.set_probabilities(None)
        self.drawing_changed.emit(self._drawing)

    def _ink(self) -> Ink:
        """Return the ink, of strokes that will be as thick as the data's."""
        look, side = self._look, min(self._shape[1:])
        if look.strokes is None:
            return self.canvas.ink()
        least, most = look.strokes
        if look.placing is Placing.FREE:
            return self.canvas.redrawn(lambda strokes: fitted_on_sheet(strokes, side, least, most))
        return self.canvas.redrawn(lambda strokes: fitted(strokes, min(look.box, side), least, most))

    def _explain(self) -> None:
        """Show ink as the data has it, and say what becomes of a drawing."""
        look = self._look
        self.canvas.set_colours(brightness(look.sheet), brightness(look.ink))
        self.preview.setToolTip(self.tr("What the network sees: {0}").format(self._way()))
        self.note.show_text(self.tr("The training images are photographs: the prediction may mean little"))
        text = self.tr("The training images are photographs, and a drawing is not one. Of a drawing, {0}")
        self.note.setToolTip(text.format(self._way()))
        self.note.setVisible(not look.drawn)

    def _way(self) -> str:
        """Return in a sentence how a drawing becomes what the network reads."""
        look = self._look
        if look.placing is Placing.PHOTO:
            if self._shape[0] == 1:
                return self.tr("the whole sheet is scaled to the size of the images.")
            return self.tr("the whole sheet is scaled to the size of the images, the same in all {0} channels.").format(
                self._shape[0]
            )
        ink = self.tr("dark ink on light paper") if look.light_paper else self.tr("light ink on dark paper")
        if look.placing is Placing.FREE:
            return self.tr("{0}, the whole sheet, as the training images are.").format(ink)
        if look.placing is Placing.BOX:
            return self.tr("{0}, scaled and centred as the training images are.").format(ink)
        return self.tr("{0}, scaled and centred by its mass as the training images are.").format(ink)

    def _arrange(self) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(theme.SPACE[1])
        for widget, share in zip((self.canvas, self.preview, self.bars), _SHARES, strict=True):
            pictures.addWidget(widget, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(pictures, 1)
        column.addWidget(self.note)
        column.addWidget(self.tools)
