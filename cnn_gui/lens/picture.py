"""A small picture with a frame."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnn_gui import plain_text, theme
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.text import number
from cnn_gui.plots.thumbnail import photograph, thumbnail

SIDE = 58  # px, with the frame: 28 x 28 pixels are then exactly twice as large

Floats = npt.NDArray[np.floating]


class Picture(QWidget):
    """An input image, or the values of a layer, in a square; the tooltip says which, and what the colours mean.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content: Floats = np.zeros((1, 1, 1), np.float32)
        self._photo = True
        self._image: QImage | None = None
        self.setFixedSize(SIDE, SIDE)

    def show_image(self, image: Floats, name: str) -> None:
        """Show an input image (C, H, W) in [0, 1]."""
        self._show(image, True, name, self.tr("from 0 (black) to 1 (white)") if len(image) != 3 else "")

    def show_values(self, values: Floats, name: str) -> None:
        """Show maps (K, H, W) or a vector (K,) in the colours of activations."""
        end = number(signed_levels(values), 3)
        self._show(values, False, name, self.tr("from −{0} (blue) to +{0} (red)").format(end))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._image = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        image = self._made(scheme.dark)
        room = self.width() - 2
        scale = room / max(image.width(), image.height())
        ratio = self.devicePixelRatioF()
        if scale * ratio >= 1:
            scale = int(scale * ratio) / ratio
        size = QSizeF(image.size()) * scale
        place = QRectF(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, size.width(), size.height()
        )
        painter.drawImage(place, image)
        painter.setPen(QColor(scheme.line))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _show(self, content: Floats, photo: bool, name: str, legend: str) -> None:
        self._content, self._photo, self._image = np.array(content), photo, None
        self.setAccessibleName(name)
        self.setToolTip(plain_text.tooltip(f"{name}, {legend}" if legend else name))
        self.update()

    def _made(self, dark: bool) -> QImage:
        if self._image is None and self._photo:
            self._image = photograph(self._content)
        elif self._image is None:
            side = round((self.width() - 2) * self.devicePixelRatioF())
            self._image = thumbnail(self._content, side, ColorMap.ACTIVATIONS, dark)
        return self._image
