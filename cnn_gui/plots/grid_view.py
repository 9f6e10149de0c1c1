"""A widget that shows one array, cell by cell."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import plain_text, theme
from cnn_gui.plots import export, figure, grid_lines
from cnn_gui.plots.grid import Cell, Grid, Part, Placement
from cnn_gui.plots.grid_painter import paint_grid
from cnn_gui.plots.highlights import paint_cells, paint_dots, paint_window
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.text import small_font

_SMALLEST = 40  # px, of the picture


class GridView(QWidget):
    """One array with its title above and its size below; the mouse reads its cells.

    The picture is made when it is painted, so a hidden view costs nothing.

    Attributes:
        ranges: how far the colours of the next array reach.
        size_below: whether the size has a line of its own; else it follows the title.
        has_legend: whether it says itself what its colours mean.
        at_top: whether the picture lies at the top of its room, in line with its neighbours; else in the middle.
        dots: the cells with a dot in them.
        numbered: whether the cells are large enough for the numbers that are painted in them.

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
        self.ranges = Ranges()
        self.size_below, self.has_legend, self.numbered = True, True, False
        self.at_top = False
        self._window: Part | None = None
        self._cells: Sequence[Cell] = ()
        self.dots: Sequence[Cell] = ()
        self._made: QPixmap | None = None
        self._measure()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_grid(self, grid: Grid | None) -> None:
        """Show another array; None for nothing."""
        grid = grid and grid.within(self.ranges)
        if grid is None or self.grid is None or grid.shape != self.grid.shape:
            self._window, self._cells, self.spot, self.dots = None, (), None, ()
        self.grid, self._made = grid, None
        self.setAccessibleName(grid.title if grid else "")
        self.update()

    def highlight(self, window: Part | None, cells: Sequence[Cell] = ()) -> None:
        """Put a ring around what a window reads, and around single cells."""
        if (window, tuple(cells)) != (self._window, self._cells):
            self._window, self._cells = window, tuple(cells)
            self.update()

    def put_dots(self, cells: Sequence[Cell]) -> None:
        """Put a dot into each of some cells; none where the cells are too small."""
        if tuple(cells) != self.dots:
            self.dots = tuple(cells)
            self.update()

    @property
    def highlighted(self) -> tuple[Part | None, Sequence[Cell]]:
        """The window and the cells that have a ring."""
        return self._window, self._cells

    @property
    def readout(self) -> str:
        """Where the cell under the mouse is, and its value; '' without."""
        return self.grid.read_out(self.spot) if self.grid and self.spot else ""

    @property
    def placement(self) -> Placement | None:
        """Where the cells lie; None without an array."""
        return None if self.grid is None else self.place_of(self.grid)

    def place_of(self, grid: Grid) -> Placement:
        """Return where the cells of a grid would lie."""
        line = self._line + 2
        below = line if self.size_below else 1
        area = QRectF(0.5, line, self.width() - 1, max(1, self.height() - line - below))
        return Placement.fit(grid.shape, area, self.devicePixelRatioF(), grid.elastic, self.at_top)

    def foot(self, place: Placement) -> float:
        """Return where the line below the cells begins: for pictures of one row, which begin at the top, in one line.

        A picture that its height bounds leaves less free than one more screen pixel for each of its rows would take.
        """
        own, lowest = place.rect.bottom() + 2, self.height() - self._line
        one_row = self.at_top and lowest - own < place.shape[0] / self.devicePixelRatioF() + 1
        return lowest if one_row else own

    def sizeHint(self) -> QSize:
        return QSize(160, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(_SMALLEST, _SMALLEST + 2 * self._line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._made = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._measure()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.grid is None or (place := self.placement) is None:
            return
        painter = QPainter(self)
        if way := self.property(figure.EXPORT):
            self.paint_picture(painter, self.grid, place, vector=way == figure.SHAPES)
            self.paint_foot(painter, self.grid, place)
        else:
            self._paint_made(painter, self.grid, place)
            self.paint_foot(painter, self.grid, place, self.spot)
        self.paint_highlights(painter, place)

    def paint_picture(self, painter: QPainter, grid: Grid, place: Placement, vector: bool = False) -> None:
        """Paint title and cells; with *vector* each cell is a shape."""
        painter.setFont(self._small)
        self.numbered = paint_grid(painter, grid, place, theme.tokens(self.palette()), vector)
        self.paint_title(painter, grid, place)

    def paint_title(self, painter: QPainter, grid: Grid, place: Placement) -> None:
        """Paint the line above the cells, which has all that there is to say where nothing stands below."""
        painter.setFont(self._small)
        scheme, height = theme.tokens(self.palette()), painter.fontMetrics().height()
        line = QRectF(0, place.rect.top() - height - 2, self.width(), height)
        if self.size_below:
            grid_lines.paint_text(painter, line, grid.title, scheme.text)
            return
        text = ", ".join(filter(None, (grid.title, grid_lines.size_of(grid, self.numbered))))
        if not (self.has_legend and grid_lines.paint_legend(painter, line, text, grid, scheme)):
            grid_lines.paint_text(painter, line, text, scheme.text)

    def paint_foot(self, painter: QPainter, grid: Grid, place: Placement, spot: Cell | None = None) -> None:
        """Paint the line below the cells: the value at *spot*, or else the size and what the colours mean."""
        if not self.size_below:
            return
        painter.setFont(self._small)
        scheme, metrics = theme.tokens(self.palette()), painter.fontMetrics()
        line = QRectF(0, self.foot(place), self.width(), metrics.height())
        size = grid_lines.size_of(grid, self.numbered)
        if spot is not None:
            whole, brief = grid.read_out(spot), grid.read_out(spot, brief=True)
            fits = metrics.horizontalAdvance(whole) <= line.width()
            grid_lines.paint_text(painter, line, whole if fits else brief, scheme.text)
        elif not any(grid_lines.paint_legend(painter, line, text, grid, scheme) for text in (size, "")):
            grid_lines.paint_text(painter, line, size, scheme.muted)

    def _measure(self) -> None:
        self._small, self._made = small_font(self.font()), None
        self._line = QFontMetrics(self._small).height()

    def _paint_made(self, painter: QPainter, grid: Grid, place: Placement) -> None:
        """Paint the picture, which is kept until there is another."""
        if self._made is None:
            self._made = QPixmap(self.size() * self.devicePixelRatioF())
            self._made.setDevicePixelRatio(self.devicePixelRatioF())
            self._made.fill(Qt.GlobalColor.transparent)
            with QPainter(self._made) as inner:
                self.paint_picture(inner, grid, place)
        painter.drawPixmap(0, 0, self._made)

    def paint_highlights(self, painter: QPainter, place: Placement) -> None:
        """Paint the dots and the rings."""
        scheme = theme.tokens(self.palette())
        paint_dots(painter, self.dots, place, scheme)
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
            export.offer(self, event, export.Numbers(self.grid.values, self.grid.title))

    def _point_at(self, cell: Cell | None) -> None:
        if cell != self.spot:
            self.spot = cell
            # What is pointed at stands below the cells where the size does.
            self.setToolTip("" if self.size_below else plain_text.tooltip(self.readout))
            self.pointed.emit(cell)
            self.update()
