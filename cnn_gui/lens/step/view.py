"""The step-through: a window over its source, the kernel, their products and the output, with every number."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.step import formula
from cnn_gui.lens.step.lane import Face, Lane
from cnn_gui.lens.step.transport import Transport
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell, Floats, Grid
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.operators import row_of
from cnn_gui.plots.text import number
from cnn_gui.plots.wrapped_text import WrappedText
from engine.trace.correlation import Terms


class StepView(QWidget):
    """Steps through a lane. Pointing at a cell of the source or of the output takes the window there; pointing at a
    cell under the window, of the kernel or of the products shows the three that belong together, and tells the product.

    Attributes:
        source_row: source and output; a view may add what belongs beside them.

    Signals:
        place_changed(int, int): the row and the column of the output that are on show.

    Thread: GUI.
    """

    place_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lane: Lane | None = None
        self._place: Cell = (0, 0)
        self._tap: Cell | None = None  # of the kernel, under the mouse
        self.source, self.output = GridView(), GridView()
        self.patch, self.kernel, self.products = GridView(), GridView(), GridView()
        self.plane, self.transport, self.lines = PlaneBox(), Transport(), WrappedText(4)
        self.source_row = row_of(self.source, "→", self.output)
        self._arrange()
        self.plane.valueChanged.connect(self._show_place)
        self.transport.place_changed.connect(self._on_walked)
        self.source.pointed.connect(self._on_source_pointed)
        self.output.pointed.connect(self._on_output_pointed)
        for view in (self.patch, self.kernel, self.products):
            view.pointed.connect(self._on_tap_pointed)

    def show_lane(self, lane: Lane) -> None:
        """Show another lane, or the same one with newer numbers; the place stays where there is one."""
        rows, columns = lane.correlation.places
        if self.lane is not None and self.lane.correlation.kernel.shape != lane.correlation.kernel.shape:
            self._tap = None
        self.lane = lane
        self._place = min(self._place[0], rows - 1), min(self._place[1], columns - 1)
        self.transport.set_count(rows * columns)
        planes = range(lane.first_plane, lane.first_plane + lane.planes)
        self.plane.offer(planes, lane.source.names, lane.plane_word.capitalize())
        self.output.show_grid(lane.output.grid(lane.correlation.output))
        self._show_place()

    @property
    def place(self) -> Cell:
        """Row and column of the output on show."""
        return self._place

    def go_to(self, place: Cell) -> None:
        """Take the window to a place of the output."""
        if self.lane is not None and place != self._place:
            self._place = place
            self.transport.go_to(place[0] * self.lane.correlation.places[1] + place[1])
            self._show_place()
            self.place_changed.emit(*place)

    def _show_place(self) -> None:
        if self.lane is None:
            return
        lane, plane = self.lane, self.plane.value() - self.lane.first_plane
        terms, name = lane.correlation.terms(*self._place), self.plane.value()
        self.source.show_grid(lane.source.grid(lane.correlation.source[plane], name))
        self.patch.show_grid(self._patch(lane, terms.values[plane]))
        self.kernel.show_grid(lane.kernel.grid(lane.correlation.kernel[plane], name))
        products = Face.of(self.tr("products"), ColorMap.ACTIVATIONS, terms.products, lane.kernel.marks)
        told = partial(formula.factors, terms, plane)
        self.products.show_grid(replace(products.grid(terms.products[plane]), told=told))
        self.output.highlight(None, [self._place])
        self._show_tap(terms)

    def _show_tap(self, terms: Terms) -> None:
        """Say what adds up to the output on show, and show the product under the mouse with its factors."""
        lane = self.lane
        assert lane is not None
        plane, (rows, cols) = self.plane.value() - lane.first_plane, lane.correlation.window(*self._place)
        taps = [] if self._tap is None else [self._tap]
        pixels = [(rows.start + u * (rows.step or 1), cols.start + v * (cols.step or 1)) for u, v in taps]
        self.source.highlight((rows, cols), pixels)
        for view in (self.patch, self.kernel, self.products):
            view.highlight(None, taps)
        lines = [formula.products(lane, terms, plane), formula.total(lane, terms)]
        self.lines.show_lines([*lines, *(formula.product(lane, terms, plane, self._place, each) for each in taps)])

    def _patch(self, lane: Lane, values: Floats) -> Grid:
        """Return what the window reads, with the hatches of the source and the places of its cells."""
        (rows, cols), marks = lane.correlation.window(*self._place), lane.source.marks
        name = self.plane.value()

        def told(cell: Cell) -> str:
            at = rows.start + cell[0] * (rows.step or 1), cols.start + cell[1] * (cols.step or 1)
            return f"{lane.source.place(at, name)}: {number(float(values[cell]))}"

        title, inside = self.tr("under the window"), None if marks is None else marks[rows, cols]
        return Grid(values, lane.source.colormap, lane.source.limit, title, inside, told=told)

    def _on_walked(self, number: int) -> None:
        if self.lane is not None:
            columns = self.lane.correlation.places[1]
            self.go_to((number // columns, number % columns))

    def _on_source_pointed(self, cell: Cell | None) -> None:
        if cell is not None and self.lane is not None:
            self.transport.pause()
            self.go_to(self.lane.correlation.place_over(*cell))

    def _on_output_pointed(self, cell: Cell | None) -> None:
        if cell is not None:
            self.transport.pause()
            self.go_to(cell)

    def _on_tap_pointed(self, cell: Cell | None) -> None:
        self._tap = cell
        if self.lane is not None:
            self._show_tap(self.lane.correlation.terms(*self._place))

    def _arrange(self) -> None:
        choice, column = QHBoxLayout(), QVBoxLayout(self)
        choice.addWidget(self.transport, 1)
        self.plane.place_in(choice)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(self.source_row, 6)
        column.addLayout(row_of(self.patch, "×", self.kernel, "=", self.products), 5)
        column.addWidget(self.lines)
        column.addLayout(choice)
