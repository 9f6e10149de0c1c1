"""The end of the way: from scores to probabilities, to the loss, and to the gradient that goes back."""

from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.names import class_title
from cnn_gui.lens.scoring import words
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.softmax import SoftmaxConfig
from engine.trace.record import LayerTrace
from engine.trace.scoring import Scoring
from engine.trace.softmax import SoftmaxTrace


class ScoringView(LayerView):
    """A row for each class; below it the formulas with their numbers. For a Softmax, and for the last layer."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (SoftmaxConfig,)
    title: ClassVar[str] = "Loss"
    tip: ClassVar[str] = "From logits to probabilities and the loss, and the gradient that goes back"
    terms: ClassVar[tuple[str, ...]] = ("logit", "softmax", "loss")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._scoring: Scoring | None = None
        self._softmax: SoftmaxTrace | None = None
        self.table, self.lines = BarTable(), WrappedText(9)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self.table, 1)
        column.addWidget(self.lines)
        column.addStretch()
        self.table.pointed.connect(self._write)

    @classmethod
    def suits(cls, frame: Frame) -> bool:
        return frame.is_last or super().suits(frame)

    def show_frame(self, frame: Frame) -> None:
        layer, trace = frame.layer_trace, frame.trace
        assert layer is not None and trace is not None and frame.spec is not None
        self._frame = frame
        self._scoring = trace.scoring if frame.is_last else None
        self._softmax = SoftmaxTrace(layer.input) if isinstance(frame.spec.config, SoftmaxConfig) else None
        label = [] if self._scoring is None else [self._scoring.label]
        self.table.show_columns(self._columns(layer), self.tr("classes"), label)
        self._write()

    def _columns(self, layer: LayerTrace) -> list[Column]:
        count = len(layer.output)
        columns = [Column(self.tr("class"), np.arange(count), text=self._name, name=True)]
        if self._softmax is not None:
            columns += [
                Column(self.tr("logit z"), self._softmax.scores), Column(self.tr("z − max"), self._softmax.shifted),
                Column(self.tr("exp"), self._softmax.exponentials),
                Column("p", layer.output, text=self._probability, widest=words.WIDEST_P),
            ]  # fmt: skip
        elif self._fused:
            columns += [Column(self.tr("logit z"), layer.input), Column("a", layer.output)]
        else:
            columns.append(Column(self.tr("output o"), layer.output))
        columns.append(Column("", layer.output, ColorMap.ACTIVATIONS))
        return columns + (self._loss_columns(self._scoring) if self._scoring is not None else [])

    def _loss_columns(self, scoring: Scoring) -> list[Column]:
        gradient = self.tr("dC/dz") if self._fused else self.tr("dC/dO")
        terms = [] if scoring.loss == "cross-entropy" else [Column(self.tr("loss"), scoring.terms)]
        return [Column(self.tr("y"), scoring.target), *terms, Column(gradient, scoring.grad_scores)]

    @property
    def _fused(self) -> bool:
        """Whether the layer and the loss are computed in one, so that the gradient is that of the layer's input."""
        fused = self._frame.spec.config.fused_loss if self._frame and self._frame.spec else ""
        return self._scoring is not None and fused == self._scoring.loss

    def _write(self) -> None:
        """Write the formulas; those of a class where the mouse is over it, or else of the one that counts as right."""
        if self._frame is None:
            return
        row = self.table.spot if self.table.spot is not None else self._scoring.label if self._scoring else 0
        lines = []
        if self._softmax is not None:
            lines = [words.softmax(self._softmax), words.probability(self._softmax, row, self._name(row))]
        if self._scoring is not None:
            name = self._name(self._scoring.label)
            lines += [words.loss(self._scoring, name), self._whence(name)]
            lines.append(words.gradient(self._scoring, row, self._name(row)))
        self.lines.show_lines(lines)

    def _whence(self, name: str) -> str:
        assert self._frame is not None
        if self._frame.sample is not None and self._frame.sample.label is not None:
            return self.tr("y is 1 for {0}, the image's actual class, and 0 for the others.").format(name)
        return self.tr("y is 1 for {0}, the most likely class, because the actual class is not known.").format(name)

    def _probability(self, row: int) -> str:
        assert self._softmax is not None
        return words.p_in_column(float(self._softmax.probabilities[row]))

    def _name(self, row: int) -> str:
        assert self._frame is not None
        return class_title(self._frame, row)
