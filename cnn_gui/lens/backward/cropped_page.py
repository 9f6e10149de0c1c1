"""The end of dC/dX: zeros for what no window reached, the padding cropped, and the same result another way."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens import marks
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.step.lane import Face
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.moving_grid import MovingGrid
from cnn_gui.plots.operators import operator
from cnn_gui.plots.text import number
from engine.trace.convolution import ConvolutionTrace, largest_difference


class CroppedPage(QWidget):
    """Four pictures, each from the one before: full convolution, appended, cropped; beside that col2im.

    Attributes:
        difference: the largest one between the two results.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.difference = 0.0
        self.full, self.appended, self.cropped, self.col2im = GridView(), MovingGrid(), MovingGrid(), GridView()
        self.verdict = PlainLabel()
        self._arrange()

    def show_result(self, trace: ConvolutionTrace, channel: int, animate: bool, channels: Channels) -> None:
        """Show the end of a channel's way; with *animate* zeros slide in and the padding slides out."""
        full, window = trace.full(channel).output, trace.window
        whole, reached, inside = marks.appended(window), marks.reached(window), marks.inside(window)
        appended, other = trace.appended(channel), trace.col2im(channel)
        origin = (-window.rows.before, -window.cols.before)
        face = Face.of(self.tr("full convolution"), ColorMap.GRADIENTS, full, whole[reached], origin)
        gradients, limit = ColorMap.GRADIENTS, face.limit
        ends = max(window.rows.trailing, window.cols.trailing) > 0
        rows = Face(
            self.tr("zeros appended") if ends else self.tr("nothing appended"), gradients, limit, whole, origin
        ).grid(appended)
        name = channels.short(channel)
        title = self.tr("cropped: dC/dX {0}").format(name)
        ours = Face(title, gradients, limit, whole[inside]).grid(appended[inside])
        self.full.show_grid(face.grid(full))
        self.col2im.show_grid(Face(self.tr("col2im: dC/dX {0}").format(name), gradients, limit).grid(other))
        if animate:
            self.appended.grow(rows, reached)
            self.cropped.shrink(ours, rows, inside)
        else:
            self.appended.show_grid(rows)
            self.cropped.show_grid(ours)
        self._compare(appended[inside], other)

    def _compare(self, ours: np.ndarray, other: np.ndarray) -> None:
        self.difference = largest_difference(ours, other)
        text = self.tr("Largest difference between the two: {0}, rounding alone.")
        if not self.difference <= 1e-9 * max(1.0, float(np.abs(other).max())):
            text = self.tr("Largest difference between the two: {0}.")
        self.verdict.setText(text.format(number(self.difference, 3)))

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.SPACE[1])
        for row, (left, sign, right) in enumerate(((self.full, "→", self.appended), (self.cropped, "=", self.col2im))):
            grid.addWidget(left, row, 0)
            grid.addWidget(operator(sign), row, 1)
            grid.addWidget(right, row, 2)
            grid.setRowStretch(row, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.verdict, 2, 0, 1, 3)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.verdict.setWordWrap(True)
