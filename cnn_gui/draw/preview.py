"""The image that the network receives, pixel by pixel."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.draw.strokes import Ink

_GAP = theme.SPACE[0]
_LEGEND_WIDTH = 64  # px
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class NetworkInputView(QWidget):
    """A picture with square, sharp pixels, its legend, and in words the pixel under the mouse.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell: tuple[int, int] | None = None
        self.set_image(np.zeros((1, 28, 28), np.float32))
        self.setAccessibleName(self.tr("What the network sees"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def image(self) -> Ink:
        """The image (C, H, W) on show, float32 in [0, 1], read-only."""
        return self._image

    def set_image(self, image: npt.NDArray[np.floating]) -> None:
        """Show *image* (C, H, W), 0 is black and 1 is white; three channels are red, green and blue, of others one.

        Raises:
            ValueError: *image* does not have three axes of one or more.
        """
        if image.ndim != 3 or image.size == 0:
            raise ValueError(f"image has shape {image.shape}; give an image (C, H, W).")
        self._image = np.array(image, np.float32)
        self._image.flags.writeable = False
        self._shown = _picture(self._image)
        self.update()

    def caption(self) -> str:
        """Return the text under the picture: the pixel under the mouse, else what the picture is."""
        channels, height, width = self._image.shape
        if self._cell is None or not (self._cell[0] < height and self._cell[1] < width):
            size = self.tr("Network input: {width}\u00a0×\u00a0{height}").format(width=width, height=height)
            return size if channels == 1 else self.tr("{0}, {1}\u00a0channels").format(size, channels)
        row, column = self._cell
        values = self._image[:, row, column]
        values = values[:1] if (values == values[0]).all() else values
        value = " ".join(self.locale().toString(float(each), "f", 2) for each in values)
        return self.tr("Row {row}, column\u00a0{column}:\u00a0{value}").format(row=row, column=column, value=value)

    def picture_rect(self) -> QRectF:
        """Return where the picture lies, in widget coordinates: a whole number of screen pixels a pixel."""
        _, rows, columns = self._image.shape
        ratio = self.devicePixelRatioF()
        scale = min((self.width() - 2) / columns, (self._text_top() - 1) / rows)
        if scale * ratio >= 1:
            scale = int(scale * ratio) / ratio
        width, height = columns * scale, rows * scale
        return QRectF((self.width() - width) // 2, 1, width, height)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def sizeHint(self) -> QSize:
        return QSize(142, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * 28 + 2, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setFont(self._small_font())
        picture = self.picture_rect()
        painter.drawImage(picture, self._shown)
        painter.setPen(QPen(QColor(scheme.line), 1))
        painter.drawRect(picture.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_pointed_cell(painter, picture, scheme)
        painter.setPen(QColor(scheme.muted))
        below = QRectF(0, picture.bottom() + _GAP, self.width(), self._caption_height())
        painter.drawText(below, int(_CENTRED), self.caption())
        self._paint_legend(painter, below.bottom() + _GAP, scheme)

    def _paint_pointed_cell(self, painter: QPainter, picture: QRectF, scheme: theme.Tokens) -> None:
        if self._cell is None:
            return
        side = picture.width() / self._image.shape[2]
        row, column = self._cell
        painter.setPen(QPen(QColor(scheme.accent), 2))
        painter.drawRect(QRectF(picture.x() + column * side, picture.y() + row * side, side, side))

    def _paint_legend(self, painter: QPainter, top: float, scheme: theme.Tokens) -> None:
        line = QFontMetrics(painter.font()).height()
        bar = QRectF((self.width() - _LEGEND_WIDTH) / 2, top + line // 4, _LEGEND_WIDTH, line // 2)
        painter.drawImage(bar, _picture(np.linspace(0, 1, _LEGEND_WIDTH)[None, None]))
        painter.drawRect(bar)
        for text, x, side in (("0", bar.left() - 20, "AlignRight"), ("1", bar.right() + 4, "AlignLeft")):
            flags = Qt.AlignmentFlag[side] | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(x, top, 16, line), int(flags), text)

    def _text_top(self) -> float:
        line = QFontMetrics(self._small_font()).height()
        return self.height() - self._caption_height() - line - 2 * _GAP

    def _caption_height(self) -> int:
        longest = self.tr("Network input: {width}\u00a0×\u00a0{height}").format(width=999, height=999)
        if len(self._image) > 1:
            longest = self.tr("{0}, {1}\u00a0channels").format(longest, len(self._image))
        metrics = QFontMetrics(self._small_font())
        return metrics.boundingRect(0, 0, self.width(), 0, int(_CENTRED), longest).height()

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.scaled(theme.FONT_SMALL))
        return font

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        picture = self.picture_rect()
        if not picture.contains(position):
            return None
        _, rows, columns = self._image.shape
        row = int((position.y() - picture.y()) * rows / picture.height())
        column = int((position.x() - picture.x()) * columns / picture.width())
        return min(row, rows - 1), min(column, columns - 1)

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.update()


def _picture(image: npt.NDArray[np.floating]) -> QImage:
    """Return (C, H, W) in [0, 1] as a picture that owns its bytes."""
    levels = np.rint(np.nan_to_num(np.clip(image, 0, 1)) * 255).astype(np.uint8)
    shown = levels if len(levels) == 3 else np.repeat(levels[:1], 3, axis=0)
    pixels = np.ascontiguousarray(shown.transpose(1, 2, 0))
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
