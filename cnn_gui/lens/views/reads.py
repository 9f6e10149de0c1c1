"""How often a layer reads each pixel of its input, which it never reads and why, and what to do about it."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.fields import hide
from cnn_gui.lens import marks
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.reads import words
from cnn_gui.lens.reads.remedy_bar import RemedyBar
from cnn_gui.lens.reads.table import ExclusionTable
from cnn_gui.lens.step.lane import Face
from cnn_gui.lens.view import LayerView
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell, Grid, Mark, Part
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.mark_legend import MarkLegend
from engine.geometry import Window
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.pool import Pool2DConfig
from engine.trace.record import LayerTrace

_ICON = QSize(16, 16)


class ReadCountsView(LayerView):
    """Read counts over the padded input, beside one channel of the sample and the output that it leads to.

    Pointing at a pixel lights the windows that read it and their outputs; pointing at an output lights its window.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig, Pool2DConfig)
    needs_numbers: ClassVar[bool] = False
    title: ClassVar[str] = "Read counts"
    tip: ClassVar[str] = "How often each pixel is read, and which are excluded"
    terms: ClassVar[tuple[str, ...]] = ("read count", "window", "stride", "padding")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = Channels()
        self.window_shown: Window | None = None
        self._layer: LayerTrace | None = None
        self.counts, self.source, self.output = GridView(), GridView(), GridView()
        self.sign, self.headline, self.channel = PlainLabel(), ElidedLabel("title"), PlaneBox(self.tr("Channel"))
        self.marks, self.pointed = MarkLegend(), ElidedLabel("muted")
        self.table, self.lines, self.remedies = ExclusionTable(), PlainLabel(), RemedyBar()
        self.letters = ElidedLabel("muted")
        self._arrange()
        self._dress()
        self._point_at_nothing()
        self.channel.valueChanged.connect(self._show_channel)
        self.remedies.chosen.connect(lambda config: self.configured.emit(self._layer.spec.uid, config))
        for view in (self.counts, self.source):
            view.pointed.connect(self._on_pixel_pointed)
        self.output.pointed.connect(self._on_output_pointed)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.shaped_layer
        assert layer is not None
        self._layer, numbers = layer, frame.layer_trace is not None
        for view in (self.source, self.output):
            view.setVisible(numbers)
        window = layer.spec.config.window(layer.input.shape)
        assert window is not None
        if window != self.window_shown:
            self._show_window(window)
        if window.exclusion.unread:
            self.remedies.show()
        else:
            hide(self.remedies, heir=self)
        self.remedies.show_remedies(frame.remedies, frame.locked)
        self._channels = frame.channels
        self.channel.offer(range(len(layer.input) if numbers else 1), frame.channels.names if numbers else ())
        self._show_channel()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _show_window(self, window: Window) -> None:
        """Show what does not depend on the sample."""
        self.window_shown = window
        self._point_at_nothing()
        values = window.bare().read_counts().astype(float)
        limit = max(1.0, float(values.max()))
        origin, hatches = (-window.rows.before, -window.cols.before), marks.excluded(window)
        title = self.tr("read counts")
        self.counts.show_grid(Grid(values, ColorMap.COUNTS, limit, title, hatches, origin, whole=True))
        texts = (
            (Mark.UNREAD, self.tr("never read")), (Mark.PADDING, self.tr("padding")),
            (Mark.SPARE, self.tr("padding that no window reads")),
        )  # fmt: skip
        self.marks.show_marks([(mark, text) for mark, text in texts if (hatches == mark).any()])
        self.headline.show_text(words.headline(window))
        self.sign.setVisible(window.exclusion.unread > 0)
        self.table.show_window(window)
        self.lines.setText("\n".join(words.formulas(window)))
        self.letters.show_text(words.letters(window))

    def _show_channel(self) -> None:
        layer, window, channel = self._layer, self.window_shown, self.channel.value()
        if layer is None or window is None or self.counts.grid is None:
            return
        source = Face.of(
            self.tr("input {0}"), ColorMap.ACTIVATIONS, layer.input, self.counts.grid.marks, self.counts.grid.origin,
            self._channels.names,
        )  # fmt: skip
        padding = [(axis.before, axis.after) for axis in (window.rows, window.cols)]
        self.source.show_grid(source.grid(np.pad(layer.input[channel], padding), channel))
        reader = next(k for k in range(len(layer.output)) if channel in self._sources(layer, k))
        output = Face.of(self.tr("output {0}"), ColorMap.ACTIVATIONS, layer.output)
        self.output.show_grid(output.grid(layer.output[reader], reader))

    @staticmethod
    def _sources(layer: LayerTrace, channel: int) -> range:
        return layer.spec.config.sources(layer.input.shape, channel)

    def _on_pixel_pointed(self, cell: Cell | None) -> None:
        window = self.window_shown
        if window is None or cell is None:
            self._point_at_nothing()
            return
        rows, cols = window.rows.places(cell[0]), window.cols.places(cell[1])
        read = bool(rows and cols)
        self.pointed.show_text(words.pixel(window, cell))
        self._light(_around(window, rows, cols) if read else None, [cell], _part(rows, cols) if read else None, ())

    def _on_output_pointed(self, cell: Cell | None) -> None:
        window = self.window_shown
        if window is None or cell is None:
            self._point_at_nothing()
            return
        self.pointed.show_text(words.place(window, cell))
        self._light(_part(window.rows.cells(cell[0]), window.cols.cells(cell[1])), (), None, [cell])

    def _point_at_nothing(self) -> None:
        self.pointed.show_text(self.tr("Point at a pixel to see the windows that read it, and their outputs."))
        self._light(None, (), None, ())

    def _light(
        self, part: Part | None, pixels: list[Cell] | tuple[()], places: Part | None, outputs: list[Cell]
    ) -> None:
        for view in (self.counts, self.source):
            view.highlight(part, pixels)
        self.output.highlight(places, outputs)

    def _arrange(self) -> None:
        head, pictures, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        self.lines.setProperty("role", "small")
        self.lines.setWordWrap(True)
        self.lines.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.sign)
        head.addWidget(self.headline, 1)
        self.channel.place_in(head)
        for view, share in ((self.counts, 5), (self.source, 5), (self.output, 3)):
            pictures.addWidget(view, share)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        for layout in (head, pictures, column):
            layout.setSpacing(theme.SPACE[1])
        column.addLayout(head)
        column.addLayout(pictures, 1)
        for part in (self.pointed, self.marks, self.table, self.lines, self.letters, self.remedies):
            column.addWidget(part)

    def _dress(self) -> None:
        scheme = theme.tokens(self.palette())
        self.sign.setPixmap(theme.icon("warning", scheme.bad).pixmap(_ICON))


def _part(rows: range, cols: range) -> Part:
    return slice(rows.start, rows.stop, rows.step), slice(cols.start, cols.stop, cols.step)


def _around(window: Window, rows: range, cols: range) -> Part:
    """Return what the windows at some places read: one window's own cells, or all from the first to the last."""
    if len(rows) == len(cols) == 1:
        return _part(window.rows.cells(rows[0]), window.cols.cells(cols[0]))
    spans = ((axis.cells(n[0]).start, axis.cells(n[-1]).stop) for axis, n in ((window.rows, rows), (window.cols, cols)))
    top, left = (slice(*span) for span in spans)
    return top, left
