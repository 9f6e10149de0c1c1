"""How a convolution makes one of its maps: a map for each input channel, their sum, the bias; then cell by cell."""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.step.channel_rows import ChannelRows
from cnn_gui.lens.step.lane import Face, Lane
from cnn_gui.lens.step.view import StepView
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import lanes
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.operators import operator
from cnn_gui.plots.pager import Pager
from cnn_gui.plots.text import number
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.convolution import ConvolutionTrace

_WIDEST, _HIGHEST = 372, 180  # px, of the map that is made, and of all maps: more room is the channels'


class ConvolutionView(LayerView):
    """One filter at work. A click on a channel's share of the map opens the sum of that channel, step by step."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig,)
    title: ClassVar[str] = "Forward"
    tip: ClassVar[str] = "How each map is made by cross-correlation: input, kernel, sum, bias"
    terms: ClassVar[tuple[str, ...]] = ("cross-correlation", "kernel", "filter", "contribution", "bias")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self.filter = 0
        self.unfolded, self.steps, self.maps = UnfoldedMap(), StepView(), MosaicView()
        self._stack = QStackedLayout()
        for part in (self.unfolded, self.steps):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.addLayout(self._stack, 7)
        column.addWidget(self.maps, 2)
        self.maps.setMaximumHeight(_HIGHEST)
        self.maps.setAccessibleName(self.tr("All maps of the layer"))
        self.maps.tile_selected.connect(self._choose)
        self.unfolded.opened.connect(self._open)
        self.steps.place_changed.connect(self.detail_changed)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._frame = frame
        trace = ConvolutionTrace(layer)
        self.filter = min(self.filter, len(trace.weight) - 1)
        self.maps.set_caption(frame.title(), self.tr("click a map to see how it is made"))
        self.maps.set_maps(layer.output)
        lane = lanes.forward(trace, self.filter, frame.channels)
        if self._stack.currentWidget() is self.steps:
            self.steps.show_lane(lane)
        else:
            self.unfolded.show_lane(lane)

    @property
    def detail(self) -> str:
        opened = self._stack.currentWidget() is self.steps
        return self.tr("output ({0}, {1})").format(*self.steps.place) if opened else ""

    def step_back(self) -> bool:
        inside = self._stack.currentWidget() is self.steps
        if inside:
            self._show(self.unfolded)
        return inside

    def _choose(self, tile: int) -> None:
        if tile >= 0:
            self.filter = tile
            self._show(self._stack.currentWidget())

    def _open(self, plane: int, place: Cell) -> None:
        self._show(self.steps)
        if self.steps.lane is not None:
            self.steps.plane.setValue(self.steps.lane.first_plane + plane)
            self.steps.go_to(place)

    def _show(self, part: QWidget) -> None:
        self._stack.setCurrentWidget(part)
        self.maps.setVisible(part is self.unfolded)
        if self._frame is not None:
            self.show_frame(self._frame)
        self.detail_changed.emit()


class UnfoldedMap(QWidget):
    """A row for each input channel: its padded map, its kernel, its share of the sum; beside them the sum.

    Signals:
        opened(int, Cell): a cell of a channel's share was clicked: the channel's plane, and the cell.

    Thread: GUI.
    """

    opened = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lane: Lane | None = None
        self._page = 0
        self.channels = ChannelRows()
        self.rows = self.channels.formulas
        self.output, self.pager = GridView(), Pager()
        self._arrange()
        for n, (source, kernel, share) in enumerate(self.rows):
            share.clicked.connect(lambda cell, n=n: self.opened.emit(self._first + n, cell))
            for view in (share, source, kernel):
                view.pointed.connect(lambda cell, n=n, view=view: self._point(n, view, cell))
        self.output.pointed.connect(lambda cell: self._light(cell))
        self.output.clicked.connect(lambda cell: self.opened.emit(self._first, cell))
        self.pager.turned.connect(self._turn)
        self.channels.shown_changed.connect(lambda: self._turn(0))

    def show_lane(self, lane: Lane) -> None:
        """Show how the lane's output comes about."""
        self._lane = lane
        correlation = lane.correlation
        self.channels.want(lane.planes)
        pages = -(-lane.planes // self.channels.shown)
        self._page = min(self._page, pages - 1)
        self.pager.show_page(self._page, pages)
        shares = Face.of(self.tr("contribution {0}"), ColorMap.ACTIVATIONS, correlation.parts, names=lane.source.names)
        for n, views in enumerate(self.rows):
            plane = self._first + n
            if n < self.channels.shown and plane < lane.planes:
                name = lane.first_plane + plane
                views[0].show_grid(lane.source.grid(correlation.source[plane], name))
                views[1].show_grid(lane.kernel.grid(correlation.kernel[plane], name))
                views[2].show_grid(shares.grid(correlation.parts[plane], name))
        self.channels.show_first(min(self.channels.shown, lane.planes - self._first))
        output = lane.output.grid(correlation.output)
        count = self.tr("{0} contributions").format(lane.planes) if lane.planes > 1 else self.tr("the contribution")
        title = self.tr("{0} = {1} + bias {2}").format(output.title, count, number(correlation.bias, 3))
        self.output.show_grid(replace(output, title=title))

    @property
    def _first(self) -> int:
        return self._page * self.channels.shown

    def _turn(self, pages: int) -> None:
        self._page += pages
        if self._lane is not None:
            self.show_lane(self._lane)

    def _point(self, row: int, view: GridView, cell: Cell | None) -> None:
        """Light what belongs to the cell under the mouse, in every row."""
        if self._lane is None:
            return
        source, kernel, _ = self.rows[row]
        if view is kernel:
            self._light(None)
        elif view is source and cell is not None:
            self._light(self._lane.correlation.place_over(*cell))
        else:
            self._light(cell)

    def _light(self, place: Cell | None) -> None:
        if self._lane is None:
            return
        window = None if place is None else self._lane.correlation.window(*place)
        cells = [] if place is None else [place]
        for source, _, share in self.rows:
            source.highlight(window)
            share.highlight(None, cells)
        self.output.highlight(None, cells)

    def _arrange(self) -> None:
        rows, whole = QVBoxLayout(), QHBoxLayout(self)
        for *_, share in self.rows:
            share.setCursor(Qt.CursorShape.PointingHandCursor)
        rows.addWidget(self.channels, 1)
        rows.addWidget(self.pager, 0, Qt.AlignmentFlag.AlignHCenter)
        self.output.setCursor(Qt.CursorShape.PointingHandCursor)
        whole.setContentsMargins(0, 0, 0, 0)
        self.output.setMaximumWidth(_WIDEST)
        whole.addLayout(rows, 3)
        whole.addWidget(operator("Σ"))
        whole.addWidget(self.output, 2)
