"""A widget that shows one array, cell by cell."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots import export, figure
from cnn_gui.plots.grid import Cell, Grid, Part, Placement
from cnn_gui.plots.grid_painter import paint_cells, paint_grid, paint_window
from cnn_gui.plots.text import power, small_font, unit

_SMALLEST = 40  # px, of the picture


class GridView(QWidget):
    """One array with its title above and its size below; the mouse reads its cells.

    The picture is made when it is painted, so a hidden view costs nothing.

    Attributes:
        size_below: whether the size has a line of its own; else it follows the title.

    Signals:
        pointed(Cell or None): the mouse is over another cell, counted from 0 in the array.
        clicked(Cell): a cell was clicked.

    Thread: GUI.
    """

    pointed = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid: Grid | None = None
        self.spot: Cell | None = None
        self.size_below = True
        self._window: Part | None = None
        self._cells: Sequence[Cell] = ()
        self._made: QPixmap | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_grid(self, grid: Grid | None) -> None:
        """Show another array; None for nothing."""
        if grid is None or self.grid is None or grid.shape != self.grid.shape:
            self._window, self._cells, self.spot = None, (), None
        self.grid, self._made = grid, None
        self.setAccessibleName(grid.title if grid else "")
        self.update()

    def highlight(self, window: Part | None, cells: Sequence[Cell] = ()) -> None:
        """Put a ring around what a window reads, and around single cells."""
        if (window, tuple(cells)) != (self._window, self._cells):
            self._window, self._cells = window, tuple(cells)
            self.update()

    @property
    def highlighted(self) -> tuple[Part | None, Sequence[Cell]]:
        """The window and the cells that have a ring."""
        return self._window, self._cells

    @property
    def placement(self) -> Placement | None:
        """Where the cells lie; None without an array."""
        return None if self.grid is None else self.place_of(self.grid)

    def place_of(self, grid: Grid) -> Placement:
        """Return where the cells of a grid would lie."""
        line = QFontMetrics(small_font(self.font())).height() + 2
        below = line if self.size_below else 1
        area = QRectF(0.5, line, self.width() - 1, max(1, self.height() - line - below))
        return Placement.fit(grid.shape, area, self.devicePixelRatioF(), grid.elastic)

    def sizeHint(self) -> QSize:
        return QSize(160, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(_SMALLEST, _SMALLEST + 2 * QFontMetrics(small_font(self.font())).height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._made = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._made = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.grid is None or (place := self.placement) is None:
            return
        painter = QPainter(self)
        if way := self.property(figure.EXPORT):
            self.paint_picture(painter, self.grid, place, vector=way == figure.SHAPES)
            self.paint_highlights(painter, place)
            return
        if self._made is None:
            self._made = QPixmap(self.size() * self.devicePixelRatioF())
            self._made.setDevicePixelRatio(self.devicePixelRatioF())
            self._made.fill(Qt.GlobalColor.transparent)
            with QPainter(self._made) as inner:
                self.paint_picture(inner, self.grid, place)
        painter.drawPixmap(0, 0, self._made)
        self.paint_highlights(painter, place)

    def paint_picture(self, painter: QPainter, grid: Grid, place: Placement, vector: bool = False) -> None:
        """Paint title, cells and size; with *vector* each cell is a shape."""
        painter.setFont(small_font(self.font()))
        numbers = paint_grid(painter, grid, place, theme.tokens(self.palette()), vector)
        self.paint_labels(painter, grid, place, numbers)

    def paint_labels(self, painter: QPainter, grid: Grid, place: Placement, numbers: bool = False) -> None:
        """Paint the title above the cells, their size and, where there are *numbers* in them, the unit of these."""
        painter.setFont(small_font(self.font()))
        scheme, metrics = theme.tokens(self.palette()), painter.fontMetrics()
        size = f"{grid.shape[0]} × {grid.shape[1]}"
        if numbers and unit(grid.limit) and not grid.whole:
            size = self.tr("{0}, in {1}").format(size, power(unit(grid.limit)))
        text = grid.title if self.size_below else ", ".join(filter(None, (grid.title, size)))
        title = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
        above = QRectF(0, place.rect.top() - metrics.height() - 2, self.width(), metrics.height())
        painter.setPen(QColor(scheme.text))
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, title)
        if self.size_below:
            below = QRectF(0, place.rect.bottom() + 2, self.width(), metrics.height())
            painter.setPen(QColor(scheme.muted))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, size)

    def paint_highlights(self, painter: QPainter, place: Placement) -> None:
        """Paint the rings."""
        scheme = theme.tokens(self.palette())
        if self._window is not None:
            paint_window(painter, self._window, place, scheme.accent)
        paint_cells(painter, self._cells, place, scheme.accent)
        if self.spot is not None:
            paint_cells(painter, [self.spot], place, scheme.text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.placement.at(event.position()) if self.placement else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.placement.at(event.position()) if self.placement else None
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.clicked.emit(cell)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.grid is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            export.fill_menu(menu, self, self.grid.values, self.grid.title)
            menu.popup(event.globalPos())

    def _point_at(self, cell: Cell | None) -> None:
        if cell != self.spot:
            self.spot = cell
            self.setToolTip(self.grid.read_out(cell) if self.grid and cell else "")
            self.pointed.emit(cell)
            self.update()
