"""A widget as a picture of its own: sharp at any scale, in pixels or in shapes, without what a mouse is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QWidget

from cnn_gui import theme

EXPORT = "export"  # a property of a widget: how it is to paint itself just now
PIXELS, SHAPES, _LEFT_OUT = "pixels", "shapes", "left out"

_EMPTY, _FAMILY = re.compile(rb"<g [^>]*>\s*</g>\s*"), re.compile(rb'(font-family="[^"]+)')  # of what Qt writes
_DEFAULTS = re.compile(
    rb' (?:(?:fill|stroke)-opacity="1"|vector-effect="none"|font-style="normal"|transform="matrix\(1,0,0,1,0,0\)")'
)  # a fifth of the file
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
_HIGH = 1000  # px, more than the lines above take
_CONTROLS = (QAbstractButton, QAbstractSlider)
_CHOICES = (QAbstractSpinBox, QComboBox)  # of which the chosen words stay


@dataclass(frozen=True)
class Figure:
    """What *view* and all within it show, with two lines above that say what it is.

    Without a *title* it is as large as the view; with one it has a margin and ends where the view's contents do.

    Thread: GUI.
    """

    view: QWidget
    title: str = ""
    about: str = ""

    @property
    def size(self) -> QSize:
        """Width and height in the units of the view."""
        return self._area.size() + QSize(2 * self._margin, 2 * self._margin + self._head)

    def image(self, ratio: float, size: QSize | None = None) -> QImage:
        """Return it with *ratio* pixels a unit; what the view paints by itself is as sharp as that.

        With *size*, in the units of the view, it has an empty edge at the right and below where it is smaller.
        """
        image = QImage((size or self.size) * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(theme.tokens(self.view.palette()).window))
        with QPainter(image) as painter:
            self._paint(painter, PIXELS)
        return image

    def png(self, ratio: float) -> bytes:
        """Return the file of ``image(ratio)``."""
        buffer = QBuffer()
        self.image(ratio).save(buffer, "PNG")
        return buffer.data().data()

    def svg(self) -> bytes:
        """Return a file of shapes and texts."""
        buffer, generator = QBuffer(), QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setTitle(self.title)
        generator.setDescription(self.about)
        generator.setSize(self.size)
        generator.setViewBox(QRect(QPoint(), self.size))
        with QPainter(generator) as painter:
            self._paint(painter, SHAPES)
        return _DEFAULTS.sub(b"", _EMPTY.sub(b"", _FAMILY.sub(rb"\1, sans-serif", buffer.data().data())))

    @property
    def _margin(self) -> int:
        return theme.SPACE[2] if self.title else 0

    @property
    def _head(self) -> int:
        """The height of the lines above."""
        return sum(height for *_, height in self._lines) + theme.SPACE[1] if self.title else 0

    @property
    def _lines(self) -> list[tuple[str, QFont, int]]:
        """The texts above, each with its font and its height."""
        bold = QFont(self.view.font())
        bold.setBold(True)
        lines, room = ((self.title, bold), (self.about, self.view.font())), QRect(0, 0, self._area.width(), _HIGH)
        return [(text, font, QFontMetrics(font).boundingRect(room, _WRAPPED, text).height()) for text, font in lines]

    @property
    def _area(self) -> QRect:
        """The part of the view that has contents."""
        if not self.title:
            return self.view.rect()
        leaves = (part for part in _parts(self.view) if not any(_parts_in(part)))
        area = QRect()
        for part in leaves:
            area = area.united(QRect(part.mapTo(self.view, QPoint()), part.size()))
        return area & self.view.rect()

    def _paint(self, painter: QPainter, way: str) -> None:
        scheme, area = theme.tokens(self.view.palette()), self._area
        painter.fillRect(QRect(QPoint(), self.size), QColor(scheme.window))
        if self.title:
            self._paint_head(painter, scheme)
        painter.translate(self._margin - area.left(), self._margin + self._head - area.top())
        for part in _parts(self.view):
            place = part.mapTo(self.view, QPoint())
            if isinstance(part, _CHOICES):
                _paint_choice(painter, part, QRect(place, part.size()))
            else:
                _paint_alone(painter, part, place, way)

    def _paint_head(self, painter: QPainter, scheme: theme.Tokens) -> None:
        top = self._margin
        for (text, font, height), colour in zip(self._lines, (scheme.text, scheme.muted), strict=True):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QRect(self._margin, top, self._area.width(), height), _WRAPPED, text)
            top += height


def leave_out(part: QWidget) -> None:
    """Have a widget that is only there for mouse and keys stay out of all figures."""
    part.setProperty(EXPORT, _LEFT_OUT)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    """Yield the widget and all that is to be seen in it, from the back to the front."""
    yield widget
    if not isinstance(widget, _CHOICES):
        for child in _parts_in(widget):
            yield from _parts(child)


def _parts_in(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, _CHOICES):
        return
    for child in widget.children():
        seen = isinstance(child, QWidget) and child.isVisibleTo(widget) and not child.isWindow()
        if seen and not isinstance(child, _CONTROLS) and child.property(EXPORT) != _LEFT_OUT:
            yield child


def _paint_alone(painter: QPainter, part: QWidget, place: QPoint, way: str) -> None:
    """Paint what *part* itself paints, without its children."""
    part.setProperty(EXPORT, way)
    try:
        part.render(painter, place, renderFlags=QWidget.RenderFlag(0))
    finally:
        part.setProperty(EXPORT, None)


def _paint_choice(painter: QPainter, part: QAbstractSpinBox | QComboBox, rect: QRect) -> None:
    text = part.currentText() if isinstance(part, QComboBox) else part.text()
    painter.setFont(part.font())
    painter.setPen(QColor(theme.tokens(part.palette()).text))
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
