"""The painted part of a mosaic: tiles, the mouse over them, and the keys."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots import export
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic_geometry import Geometry, Spot, arrange
from cnn_gui.plots.mosaic_page import RING, MosaicPage, Ring
from cnn_gui.plots.mosaic_texts import GUTTER, label_width
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.text import small_font
from cnn_gui.plots.tiles import Tiles
from cnn_gui.plots.tiling import Pages

MOST_NAMES = 20_000  # of rows in what is copied: a matrix of more is numbers alone
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_TURNS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class MosaicCanvas(QWidget):
    """One page of tiles. The picture is made when it is painted, so a hidden canvas costs nothing.

    Keys: the arrows select a tile, Escape none, Page up and Page down turn the page.

    Attributes:
        ranges: how far the colours of the next tiles reach.
        picks: whether a click picks a single value instead of a tile.

    Signals:
        pointed(Spot or None): the mouse is over another value.
        picked(Spot): a value was clicked, where that picks it.
        selected_changed(int): another tile is selected; -1 for none.
        pages_changed(): another page is shown, or there may be more or fewer of them.

    Thread: GUI.
    """

    pointed = Signal(object)
    picked = Signal(object)
    selected_changed = Signal(int)
    pages_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, strip: bool = False) -> None:
        """A *strip* lies at the left instead of in the middle, and nothing in it can be selected."""
        super().__init__(parent)
        self._strip, self.picks = strip, False
        self.ranges = Ranges()
        self._rings: Sequence[Ring] = ()
        self._picked: Spot | None = None
        self.tiles: Tiles | None = None
        self.spot: Spot | None = None
        self.selected = -1
        self._colormap, self._limit, self._message = ColorMap.ACTIVATIONS, 1.0, ""
        self._number = 0
        self._pages: Pages | None = None
        self._drawn: MosaicPage | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if strip else Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_tiles(self, tiles: Tiles, colormap: ColorMap, limit: float) -> None:
        """Show *tiles* of a layer that goes up to *limit*."""
        alike = self.tiles is not None and tiles.is_like(self.tiles)
        self.tiles, self._colormap, self._limit, self._message = tiles, colormap, limit, ""
        self._redraw() if alike else self._start_anew()

    def show_message(self, text: str) -> None:
        """Show *text* in the place of tiles."""
        self.tiles, self._message = None, text
        self._start_anew()

    @property
    def pages(self) -> Pages | None:
        """The arrangement of all tiles for the present size; None while there are none."""
        if self._pages is None and self.tiles is not None:
            label = label_width(self.tiles, QFontMetrics(small_font(self.font())))
            self._pages = arrange(self.tiles, self._area(label), self.devicePixelRatioF(), label)
        return self._pages

    @property
    def page(self) -> int:
        """Number of the page on show, from 0."""
        return min(self._number, self.pages.number - 1) if self.pages else 0

    def turn(self, pages: int) -> None:
        """Go so many pages on, but not past the first or the last."""
        if self.pages:
            self._number = min(max(self.page + pages, 0), self.pages.number - 1)
            self.point_at(None)
            self._redraw()
            self.pages_changed.emit()

    def select(self, tile: int) -> None:
        """Select a tile; -1 for none."""
        if tile != self.selected:
            self.selected = tile
            self.selected_changed.emit(tile)
            self.update()

    def mark(self, rings: Sequence[Ring] = (), picked: Spot | None = None) -> None:
        """Put frames around tiles, and around one value."""
        if (tuple(rings), picked) != (self._rings, self._picked):
            self._rings, self._picked = tuple(rings), picked
            self.update()

    @property
    def marked(self) -> tuple[Sequence[Ring], Spot | None]:
        """The frames around tiles, and the value that has one."""
        return self._rings, self._picked

    def point_at(self, spot: Spot | None) -> None:
        """Read another value, as the mouse does; None for none."""
        if spot != self.spot:
            self.spot = spot
            self.pointed.emit(spot)
            self.update()

    def drawn(self) -> MosaicPage | None:
        """Return the page as it is painted; None while there is a message instead."""
        if self._drawn is None and self.tiles is not None and self.pages is not None:
            ratio, label = self.devicePixelRatioF(), label_width(self.tiles, QFontMetrics(small_font(self.font())))
            geometry = Geometry(self.pages, self.pages.tiles(self.page), self._area(label), ratio, not self._strip)
            dark = theme.tokens(self.palette()).dark
            self._drawn = MosaicPage.draw(self.tiles, geometry, self._colormap, self._limit, self.ranges, dark)
        return self._drawn

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.tiles is not None:
            export.offer(self, event, self._numbers(self.tiles))

    def _numbers(self, tiles: Tiles) -> export.Numbers:
        """Return the selected tile, or a row for each of all."""
        if self.selected >= 0:
            return export.Numbers(tiles.values[self.selected], tiles.tile_name(self.selected))
        count = len(tiles.values)
        names = [tiles.tile_name(tile) for tile in range(count)] if count <= MOST_NAMES else []
        return export.Numbers(tiles.values.reshape(count, -1), tiles.summary(), names)

    def sizeHint(self) -> QSize:
        return QSize(340, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._rearrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._rearrange()

    def event(self, event: QEvent) -> bool:
        # Else a shortcut of the window, such as the right arrow for a training step, would take the key.
        if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._rearrange()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._wants(event):
            super().keyPressEvent(event)
        elif event.key() in _TURNS:
            self.turn(_TURNS[event.key()])
        elif event.key() == Qt.Key.Key_Escape:
            self.select(-1)
        elif page := self.drawn():
            self.select(page.geometry.neighbour(self.selected, *_STEPS[event.key()]))

    def select_neighbour(self, down: int, on: int) -> None:
        """Select the tile so many rows and columns on, as the arrow keys do."""
        if page := self.drawn():
            self.select(page.geometry.neighbour(self.selected, down, on))

    @property
    def selects(self) -> bool:
        """Whether a person can select one of its tiles."""
        return self.tiles is not None and not self._strip and not self.picks

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point_at(self._spot_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_at(event.position())
        if self.picks:
            if spot is not None:
                self.picked.emit(spot)
            return
        spot = None if self._strip else spot
        self.select(-1 if spot is None or spot.tile == self.selected else spot.tile)

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        if page := self.drawn():
            painter.setFont(small_font(self.font()))
            page.paint(painter, scheme)
            page.paint_marks(painter, scheme, self.spot, self.selected)
            page.paint_rings(painter, scheme, self._rings, self._picked)
        else:
            painter.setPen(QColor(scheme.muted))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), int(wrapped), self._message)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(scheme.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _area(self, label: int) -> QRectF:
        """Return the room for tiles: without that for their numbers, *label* px wide, and that for rings."""
        left, top = max(label, RING), GUTTER if label else RING
        return QRectF(left, top, max(1, self.width() - left - RING), max(1, self.height() - top - RING))

    def _start_anew(self) -> None:
        """Begin with the first page of other tiles: whoever hears of it finds nothing left of those before."""
        pointed, selected = self.spot is not None, self.selected >= 0
        self._number, self.spot, self.selected = 0, None, -1
        self._rearrange()
        if pointed:
            self.pointed.emit(None)
        if selected:
            self.selected_changed.emit(-1)

    def _rearrange(self) -> None:
        self._pages = None
        self._redraw()
        self.pages_changed.emit()

    def _redraw(self) -> None:
        self._drawn = None
        self.update()

    def _wants(self, event: QKeyEvent) -> bool:
        key, wanted = event.key(), _TURNS if self.picks else {**_STEPS, **_TURNS}
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return self.tiles is not None and plain and (key in wanted or (key == Qt.Key.Key_Escape and self.selected >= 0))

    def _spot_at(self, position: QPointF) -> Spot | None:
        page = self.drawn()
        return page.geometry.spot_at(position) if page else None
