"""The four pictures of a pooling's channel: input and output above, their gradients below, and arrows between."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui.lens.channels import Channels
from cnn_gui.lens.pooling.words import padded
from cnn_gui.lens.step.lane import Face
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.grid import Cell, Floats, Mark, Marks
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.operators import row_of
from cnn_gui.plots.round_numbers import round_up
from cnn_gui.plots.routes import Route, Routes
from engine.trace.pooling import PoolingTrace
from engine.trace.record import LayerTrace

_MOST_ARROWS = 16  # to one pixel


class PoolingPictures(QWidget):
    """Shows one channel, and in it one window.

    Attributes:
        source, output, grad_input, grad_output: the pictures; those of the input have its padding.
        routes: the arrows.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: PoolingTrace | None = None
        self.source, self.output, self.grad_input, self.grad_output = (GridView() for _ in range(4))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(row_of(self.source, "→", self.output), 1)
        rows.addLayout(row_of(self.grad_input, "←", self.grad_output), 1)
        self.routes = Routes(self)

    def show_channel(self, layer: LayerTrace, trace: PoolingTrace, channel: int, channels: Channels) -> None:
        """Show one of the *channels* of *layer*, of which *trace* is the trace; colours reach as far as all do."""
        self._trace = trace
        origin = -trace.window.rows.before, -trace.window.cols.before
        limit = round_up(max(signed_levels(layer.grad_input), signed_levels(layer.grad_output)))
        values, gradients = Face.of("", ColorMap.ACTIVATIONS, layer.input), Face("", ColorMap.GRADIENTS, limit)
        padding, sent = _padding(trace), _around(trace, layer.grad_input[channel])
        for view, look, title, shown, marks, start in (
            (self.source, values, self.tr("input {0}"), trace.padded[0], padding, origin),
            (self.output, values, self.tr("output {0}"), layer.output[channel], _ties(trace), (0, 0)),
            (self.grad_output, gradients, self.tr("dC/dO {0}"), layer.grad_output[channel], None, (0, 0)),
            (self.grad_input, gradients, self.tr("dC/dX {0}"), sent, _ways(trace), origin),
        ):
            view.show_grid(Face(title, look.colormap, look.limit, marks, start, channels.names).grid(shown, channel))

    def show_place(self, place: Cell, pixel: Cell | None) -> None:
        """Show the window at *place*, and the gradient's way back: to its takers, or to *pixel* of the input alone."""
        trace = self._trace
        assert trace is not None
        senders = [place] if pixel is None else trace.senders(0, *pixel)
        self.source.highlight(trace.part(*place))
        self.grad_input.highlight(trace.part(*place), padded(trace, [pixel] if pixel else []))
        self.output.highlight(None, [place])
        self.grad_output.highlight(None, senders)
        self.source.put_dots(self._winners())
        self.routes.show_routes(self._arrows(place, senders, pixel))

    def counts(self) -> list[tuple[Mark, str]]:
        """Return the marks in the pictures, and in words how many there are of each."""
        if self._trace is None or self.grad_input.grid is None:
            return []
        ways, ties = self.grad_input.grid.marks, int(np.count_nonzero(self._trace.ties > 1))
        unchosen, unread = (int(np.count_nonzero(ways == mark)) for mark in (Mark.UNCHOSEN, Mark.UNREAD))
        told = {
            Mark.TIED: (ties, self.tr("tie: {0:,} of {1:,} windows").format(ties, self._trace.ties.size)),
            Mark.UNCHOSEN: (
                unchosen, self.tr("never chosen: {0:,} of {1:,} pixels").format(unchosen, self._trace.wins.size)
            ),
            Mark.UNREAD: (unread, self.tr("never read: {0:,}").format(unread)),
            Mark.PADDING: (int(_padding(self._trace).any()), self.tr("padding")),
        }  # fmt: skip
        return [(mark, text) for mark, (count, text) in told.items() if count]

    def _arrows(self, place: Cell, senders: Sequence[Cell], pixel: Cell | None) -> list[Route]:
        assert self._trace is not None
        takers = self._trace.takers(0, *place)
        taker = takers[len(takers) // 2 if self._trace.mode == "mean" else 0]  # the middle of those in the ring
        start, end = padded(self._trace, [taker, pixel or taker])
        back = [Route(self.grad_output, sender, self.grad_input, end) for sender in senders[:_MOST_ARROWS]]
        if pixel is None and self._trace.doubles:
            ends = padded(self._trace, takers[:_MOST_ARROWS])
            back = [Route(self.grad_output, place, self.grad_input, end) for end in ends]
        return [Route(self.source, start, self.output, place), *back]

    def _winners(self) -> Sequence[Cell]:
        """Return the pixels that a window keeps; none where all count alike."""
        assert self._trace is not None
        if self._trace.mode == "mean":
            return ()
        return padded(self._trace, np.argwhere(self._trace.wins[0]).tolist())


def _around(trace: PoolingTrace, array: Floats | Marks, fill: int = 0) -> np.ndarray:
    """Return (H + 2P, W + 2P): *array* (H, W) with *fill* where the padding is."""
    axes = trace.window.rows, trace.window.cols
    return np.pad(array, [(axis.before, axis.after) for axis in axes], constant_values=fill)


def _padding(trace: PoolingTrace) -> Marks:
    return _around(trace, np.zeros(trace.window.size, np.uint8), Mark.PADDING)


def _ways(trace: PoolingTrace) -> Marks:
    """Return which pixels get no gradient, and why."""
    marks = np.where(trace.reached[0] == 0, Mark.UNCHOSEN, Mark.NONE).astype(np.uint8)
    marks[trace.window.read_counts() == 0] = Mark.UNREAD
    return _around(trace, marks, Mark.PADDING)


def _ties(trace: PoolingTrace) -> Marks:
    """Return (OH, OW): which windows have several equals to choose from."""
    return np.where(trace.ties[0] > 1, Mark.TIED, Mark.NONE).astype(np.uint8)
