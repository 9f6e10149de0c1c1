"""The end of dC/dX: zeros for what no window reached, the padding cropped, and the same result another way."""

from math import isnan

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
        equals: the sign between them: '=', or '≠' where they are apart by more than rounding.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.difference = 0.0
        self.full, self.appended, self.cropped, self.col2im = GridView(), MovingGrid(), MovingGrid(), GridView()
        self.verdict, self.equals = PlainLabel(), operator("=")
        self._arrange()

    def show_result(self, trace: ConvolutionTrace, channel: int, animate: bool, channels: Channels) -> None:
        """Show the end of a channel's way; with *animate* zeros slide in and the padding slides out."""
        full, window = trace.full(channel).output, trace.window
        whole, reached = (of(window, not trace.appends) for of in (marks.appended, marks.reached))
        inside = marks.inside(window)
        appended, other = trace.appended(channel), trace.col2im(channel)
        origin = (-window.rows.before, -window.cols.before)
        face = Face.of(self.tr("full convolution"), ColorMap.GRADIENTS, full, whole[reached], origin)
        gradients, limit = ColorMap.GRADIENTS, face.limit
        rows = Face(self._appended_name(trace), gradients, limit, whole, origin).grid(appended)
        name = channels.short(channel)
        cropped = any(axis.before or axis.after for axis in (window.rows, window.cols))
        title = (self.tr("cropped: dC/dX {0}") if cropped else self.tr("nothing cropped: dC/dX {0}")).format(name)
        ours = Face(title, gradients, limit, whole[inside]).grid(appended[inside])
        self.full.show_grid(face.grid(full))
        self.col2im.show_grid(Face(self.tr("col2im: dC/dX {0}").format(name), gradients, limit).grid(other))
        if animate:
            self.appended.grow(rows, reached)
            self.cropped.shrink(ours, rows, inside)
        else:
            self.appended.show_grid(rows)
            self.cropped.show_grid(ours)
        self.difference = largest_difference(appended[inside], other)
        self._judge(None if isnan(self.difference) else self.difference <= trace.rounding(channel))

    def _appended_name(self, trace: ConvolutionTrace) -> str:
        if not max(trace.window.rows.trailing, trace.window.cols.trailing):
            return self.tr("nothing appended")
        return self.tr("zeros appended") if trace.appends else self.tr("zeros inserted in front")

    def _judge(self, same: bool | None) -> None:
        """Say whether both ways have the *same* result, and how far they are apart; None: it cannot be said."""
        self.equals.setText({True: "=", False: "≠", None: "?"}[same])
        text = self.tr("Largest difference between the two: {0}, which is rounding error.")
        if same is False:
            text = self.tr("≠ Largest difference between the two: {0}. The one of col2im is correct.")
        elif same is None:
            text = self.tr("Some values are not finite numbers, so the two cannot be compared.")
        self.verdict.setText(text.format(number(self.difference, 3)))

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.SPACE[1])
        rows = (self.full, operator("→"), self.appended), (self.cropped, self.equals, self.col2im)
        for row, (left, sign, right) in enumerate(rows):
            grid.addWidget(left, row, 0)
            grid.addWidget(sign, row, 1)
            grid.addWidget(right, row, 2)
            grid.setRowStretch(row, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.verdict, 2, 0, 1, 3)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.verdict.setWordWrap(True)
