"""How the dC/dW of a training step comes about: the share of each sample of a mini-batch, and their sum."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward import words
from cnn_gui.lens.backward.share_view import ShareView
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.names import class_title
from cnn_gui.lens.passes import MiniBatch
from cnn_gui.lens.step.lane import Face
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell, Floats
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.legend import Legend
from cnn_gui.plots.operators import operator
from cnn_gui.plots.wrapped_text import WrappedText
from engine.faults import DIVIDED_TWICE
from engine.trace.convolution import ConvolutionTrace, agree, largest_difference

_COLUMNS = 4
MOST_SHOWN = 8  # samples that have a picture of their own: as many as can be taken in


class BatchPage(QWidget):
    """One kernel's dC/dW of each sample, and what they add up to. Pointing at a cell tells its sum.

    Attributes:
        shares: (N, KH, KW), dC/dW of each sample, with its 1/N.
        difference: the largest one between their sum and what the engine computes for the mini-batch.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shares: Floats = np.zeros((1, 1, 1))
        self.difference, self._same = 0.0, True
        self._divided = False
        self._batch: MiniBatch | None = None
        self._wrong: float | None = None
        self.caption, self.samples, self.legend = (
            ElidedLabel("muted"),
            [ShareView() for _ in range(MOST_SHOWN)],
            Legend(),
        )
        self.total, self.lines = GridView(), WrappedText(5, small=True)
        self._arrange()
        for view in (*self.samples, self.total):
            view.pointed.connect(self._on_pointed)

    def show_kernel(self, frame: Frame, filter_: int, channel: int) -> None:
        """Show one kernel of the convolution that is selected in *frame*."""
        found = frame.mini_batch
        assert found is not None
        self._batch, layers = found, found.layers
        traces = [ConvolutionTrace(layer) for layer in layers]
        k = channel - traces[0].channels(filter_).start
        self.shares = np.stack([trace.weight_gradient(filter_, k).output for trace in traces])
        total, name = self.shares.sum(axis=0), frame.channels.short(channel)
        engine = layers[0].gradients["weight"][filter_, k]
        self.difference, self._same = largest_difference(total, engine), agree(total, engine)
        self._divided = DIVIDED_TWICE in layers[0].faults and len(traces) > 1
        right = total
        if layers[0].faults:
            right = np.sum([trace.right_weight_gradient(filter_, k) for trace in traces], axis=0)
        self._wrong = None if agree(total, right) else largest_difference(total, right)
        self.caption.show_text(words.shares_caption(f"{filter_}, {name}", min(len(layers), MOST_SHOWN), len(layers)))
        self._show_samples(frame, found)
        title = self.tr("dC/dW {0}, {1} of the mini-batch").format(filter_, name)
        if not found.places:
            title = self.tr("dC/dW {0}, {1} of this sample alone").format(filter_, name)
        self.total.show_grid(Face.of(title, ColorMap.GRADIENTS, total).grid(total))
        self._write(self.total.spot)

    def _show_samples(self, frame: Frame, batch: MiniBatch) -> None:
        """Show the share of each of the first samples with its name, its class and its loss."""
        assert frame.sample is not None
        training = self.tr("training {0:,}")
        titles = [frame.sample.title, *(training.format(place) for place in batch.places[1:])]
        for view in self.samples:
            view.setVisible(False)
        for view, n in zip(self.samples, self._shown(), strict=False):
            face, scoring = Face.of(titles[n], ColorMap.GRADIENTS, self.shares), batch.scorings[n]
            about = class_title(frame, scoring.label), words.loss(scoring.value)
            view.show_share(replace(face.grid(self.shares[n]), numbered=False), about)
            view.setVisible(True)
        first = self.samples[0]
        alike = first.grid is not None and not first.ranges.part(ColorMap.GRADIENTS)
        self.legend.show_range(ColorMap.GRADIENTS, first.grid.limit if first.grid is not None and alike else None)

    def _shown(self) -> list[int]:
        """Return which samples have a picture: all, or of many the lens's own and those with the largest shares."""
        count = len(self.shares)
        if count <= MOST_SHOWN:
            return list(range(count))
        largest = np.abs(np.nan_to_num(self.shares[1:])).max(axis=(1, 2))
        return [0, *(1 + np.argsort(-largest, kind="stable")[: MOST_SHOWN - 1]).tolist()]

    def _on_pointed(self, cell: Cell | None) -> None:
        for view in (*self.samples, self.total):
            view.highlight(None, [] if cell is None else [cell])
        self._write(cell)

    def _write(self, cell: Cell | None) -> None:
        if self._batch is None:
            return
        lines = [words.batch(self._batch), words.batch_difference(self.difference, self._same)]
        if self._divided:
            lines.append(words.divided_twice(len(self.shares)))
        if self._wrong is not None:
            lines.append(words.wrong(self._wrong))
        if cell is not None:
            lines.insert(1, words.batch_sum(cell, self.shares[:, *cell].tolist()))
        self.lines.show_lines(lines)

    def _arrange(self) -> None:
        each, left, pictures, column = QGridLayout(), QVBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        for number, view in enumerate(self.samples):
            each.addWidget(view, *divmod(number, _COLUMNS))
        left.addWidget(self.caption)
        left.addLayout(each, 1)
        left.addWidget(self.legend, 0, Qt.AlignmentFlag.AlignLeft)
        pictures.addLayout(left, 3)
        pictures.addWidget(operator("Σ"))
        pictures.addWidget(self.total, 2)
        column.addLayout(pictures, 1)
        column.addWidget(self.lines)
        spaces = (each, theme.SPACE[1]), (left, theme.SPACE[0]), (pictures, theme.SPACE[2]), (column, theme.SPACE[1])
        for layout, space in spaces:
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)
