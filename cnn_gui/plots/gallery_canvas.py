"""The painted part of a gallery: a page of images in rows, each with two lines below it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnn_gui import command_table, plain_text, theme
from cnn_gui.command_table import Place
from cnn_gui.plots.text import small_font
from cnn_gui.plots.thumbnail import photograph

_SIDE = 64  # px of a picture, at most: 28 x 28 and 32 x 32 pixels are then exactly twice as large
_NARROWEST, _WIDEST = 72, 160  # px of a tile
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_TURNS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Thumb:
    """An image (C, H, W) in [0, 1], the two lines below it, and what its tooltip says."""

    image: npt.NDArray[np.floating]
    caption: str
    note: str
    tip: str


class GalleryCanvas(QWidget):
    """One page. Keys: the arrows choose a neighbour, Enter opens it, Page up and Page down turn the page.

    Signals:
        chosen(int): as named.
        opened(int): a person double-clicked the image of that number, or pressed Enter on it.
        paged(page, pages): another page is on show, or there may be more or fewer of them.

    Thread: GUI.
    """

    chosen = Signal(int)
    opened = Signal(int)
    paged = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: Sequence[int] = ()
        self._make: Callable[[int], Thumb] | None = None
        self._empty, self._widest, self._page = "", "", 0
        self._chosen: int | None = None
        self._made: list[tuple[int, Thumb, QImage]] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Images"))

    def show_images(self, numbers: Sequence[int], make: Callable[[int], Thumb], empty: str, widest: str) -> None:
        """See ``Gallery``."""
        self._numbers, self._make, self._empty, self._widest = numbers, make, empty, widest
        self._renew()

    def show_chosen(self, number: int | None) -> None:
        """See ``Gallery``."""
        if number != self._chosen:
            self._chosen = number
            self.update()

    @property
    def page_numbers(self) -> Sequence[int]:
        """The images of the page on show."""
        first = self._page * self._fit
        return self._numbers[first : first + self._fit]

    def place(self, position: int) -> QRectF:
        """Return where the tile at a position of the page lies."""
        row, column = divmod(position, self._columns)
        width = self.width() / self._columns
        return QRectF(column * width, row * self._height, width, self._height)

    def turn(self, pages: int) -> None:
        """Go so many pages on, but not past the first or the last."""
        self._page += pages
        self._renew()

    def sizeHint(self) -> QSize:
        return QSize(6 * _NARROWEST, 2 * self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _NARROWEST, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._renew()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            position = self._position_at(QPointF(event.pos()))
            tip = "" if position is None else plain_text.tooltip(self._tiles()[position][1].tip)
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (*_STEPS, *_TURNS):
            event.accept()  # else the window would take the right arrow for a step of training
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = list(self.page_numbers)
        if event.key() in _TURNS:
            self.turn(_TURNS[Qt.Key(event.key())])
        elif event.key() in _STEPS and shown:
            down, right = _STEPS[Qt.Key(event.key())]
            now = shown.index(self._chosen) if self._chosen in shown else -1
            then = now + down * self._columns + right if now >= 0 else 0
            self._choose(min(max(then, 0), len(shown) - 1))
        elif self._chosen in shown and command_table.named(event, Place.TEST_SET) == "image_opened":
            self.opened.emit(self._chosen)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = self._position_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and position is not None:
            self.opened.emit(int(self.page_numbers[position]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self._position_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and position is not None:
            self._choose(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._position_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, scheme = QPainter(self), theme.tokens(self.palette())
        if not self._numbers:
            painter.setPen(QColor(scheme.muted))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(wrapped), self._empty)
            return
        painter.setFont(small_font(self.font()))
        for position, (number, thumb, image) in enumerate(self._tiles()):
            self._paint_tile(painter, self.place(position), thumb, image, number == self._chosen)

    def _paint_tile(self, painter: QPainter, place: QRectF, thumb: Thumb, image: QImage, chosen: bool) -> None:
        scheme, metrics = theme.tokens(self.palette()), painter.fontMetrics()
        longest = max(image.width(), image.height())
        scale = _SIDE // longest or _SIDE / longest
        width, height = image.width() * scale, image.height() * scale
        left, top = round(place.center().x() - width / 2), round(place.top() + theme.SPACE[0] + (_SIDE - height) / 2)
        picture = QRectF(left, top, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(picture, image)
        painter.setPen(QPen(QColor(scheme.accent if chosen else scheme.line), 2 if chosen else 1))
        painter.drawRect(picture)
        for line, (text, colour) in enumerate(((thumb.caption, scheme.text), (thumb.note, scheme.muted))):
            painter.setPen(QColor(colour))
            below = QRectF(
                place.left(), place.top() + _SIDE + 2 * theme.SPACE[0] + line * metrics.height(), place.width(), 20
            )
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(place.width()) - 2)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, shown)

    @property
    def _columns(self) -> int:
        return max(1, self.width() // self._narrowest)

    @property
    def _narrowest(self) -> int:
        needed = QFontMetrics(small_font(self.font())).horizontalAdvance(self._widest) + theme.SPACE[1]
        return min(max(needed, _NARROWEST), _WIDEST)

    @property
    def _height(self) -> int:
        return _SIDE + 4 * theme.SPACE[0] + 2 * QFontMetrics(small_font(self.font())).height()

    @property
    def _fit(self) -> int:
        return self._columns * max(1, self.height() // self._height)

    def _tiles(self) -> list[tuple[int, Thumb, QImage]]:
        """Return number, thumbnail and picture of each image on the page, made when they are first needed."""
        if self._made is None and self._make is not None:
            thumbs = [(number, self._make(number)) for number in self.page_numbers]
            self._made = [(number, thumb, photograph(thumb.image)) for number, thumb in thumbs]
        return self._made or []

    def _position_at(self, point: QPointF) -> int | None:
        places = range(len(self.page_numbers))
        return next((position for position in places if self.place(position).contains(point)), None)

    def _choose(self, position: int) -> None:
        number = int(self.page_numbers[position])
        self.show_chosen(number)
        self.chosen.emit(number)

    def _renew(self) -> None:
        pages = -(-len(self._numbers) // self._fit)
        self._page, self._made = min(max(self._page, 0), max(pages - 1, 0)), None
        self.paged.emit(self._page, pages)
        self.update()
