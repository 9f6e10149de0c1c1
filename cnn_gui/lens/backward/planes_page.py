"""One stage of dC/dX, filter by filter: what it begins with, what it leaves, and all filters below."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward.stages import Stage, names, planes, planes_before
from cnn_gui.plots.grid import Part
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.moving_grid import MovingGrid
from cnn_gui.plots.operators import operator
from engine.trace.convolution import ConvolutionTrace


class PlanesPage(QWidget):
    """The stages up to the rotated kernel. A click on one of the small pictures shows its filter large.

    Attributes:
        plane: the filter on show, counted among those that read the channel.

    Signals:
        plane_chosen(int): a person chose another filter.

    Thread: GUI.
    """

    plane_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plane = 0
        self.before, self.arrow, self.after = GridView(), operator("→"), MovingGrid()
        self.mosaic = MosaicView()
        self._arrange()
        self.mosaic.tile_selected.connect(self._on_tile_selected)

    def show_stage(self, trace: ConvolutionTrace, channel: int, stage: Stage, animate: bool) -> None:
        """Show a stage; with *animate* it can be seen how it comes about."""
        done, begun = planes(trace, channel, stage), planes_before(trace, channel, stage)
        first = trace.readers(channel).start
        self.plane = min(self.plane, len(done.values) - 1)
        self.mosaic.colormap = done.face.colormap
        self.mosaic.set_caption(names()[stage], self.tr("click a filter to see it large"))
        self.mosaic.set_maps(done.values, word=self.tr("filter"), first=first)
        self.mosaic.canvas.select(self.plane)
        for part in (self.before, self.arrow):
            part.setVisible(begun is not None)
        if begun is not None:
            self.before.show_grid(begun.grid(self.plane, first + self.plane, self.mosaic.limit))
        grid = done.grid(self.plane, first + self.plane, self.mosaic.limit)
        if animate and stage is Stage.ROTATED and trace.rotates:
            self.after.rotate(grid)
        elif animate and stage in (Stage.DILATED, Stage.PADDED):
            self.after.grow(grid, _kept(trace, stage))
        else:
            self.after.show_grid(grid)

    def _on_tile_selected(self, tile: int) -> None:
        if tile >= 0 and tile != self.plane:
            self.plane = tile
            self.plane_chosen.emit(tile)

    def _arrange(self) -> None:
        self.mosaic.setAccessibleName(self.tr("All filters that read the channel"))
        pictures, column = QHBoxLayout(), QVBoxLayout(self)
        pictures.setSpacing(theme.SPACE[1])
        pictures.addWidget(self.before, 1)
        pictures.addWidget(self.arrow)
        pictures.addWidget(self.after, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(pictures, 5)
        column.addWidget(self.mosaic, 3)


def _kept(trace: ConvolutionTrace, stage: Stage) -> Part:
    """Return where the rows and columns that a stage begins with are in what it leaves."""
    window = trace.window
    if stage is Stage.DILATED:
        ends = [
            (axis.output - 1) * step + 1 for axis, step in zip((window.rows, window.cols), trace.apart, strict=True)
        ]
        return slice(0, ends[0], trace.apart[0]), slice(0, ends[1], trace.apart[1])
    rows, cols = (slice(a.extent - 1, a.extent - 1 + a.dilated) for a in (window.rows, window.cols))
    return rows, cols
