"""How one weight learns: its value, gradient, moments and steps over time, and the optimizer's equation in numbers."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.weights import optimizer_words
from cnn_gui.lens.weights.arrays import Place
from cnn_gui.lens.weights.chooser import WeightChooser
from cnn_gui.lens.weights.picker import WeightPicker
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.calculation import CalculationView
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.trend import TrendView
from engine.layer import LayerConfig
from engine.layers.batch_norm import BatchNormConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.watch import Record, Row, Rows

_TRENDS = 6


class OptimizerView(LayerView):
    """One weight under observation. Pointing at a curve shows the equation of that step.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig, DenseConfig, BatchNormConfig)
    title: ClassVar[str] = "Optimizer"
    tip: ClassVar[str] = "How one weight is updated, step by step, with the numbers of the optimizer's equation"
    terms: ClassVar[tuple[str, ...]] = ("dC/dW", "moment")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._rows: Rows = np.zeros((0, 0))
        self._step: float | None = None  # under the mouse
        self.chooser = WeightChooser()
        self.picker = WeightPicker(self.chooser)
        self.trends = [TrendView() for _ in range(_TRENDS)]
        self.hint = PlainLabel(self.tr("Each training step adds a point to this weight's curves."))
        self.heading, self.calculation = ElidedLabel("small"), CalculationView(optimizer_words.symbols())
        self._arrange()
        self.picker.picked.connect(self._watch)
        for trend in self.trends:
            trend.pointed.connect(self._on_pointed)

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        layer = frame.layer_trace
        assert layer is not None and frame.learning is not None
        arrays = {name: layer.parameters[name] for name in layer.gradients}
        frame.learning.watch_strongest(arrays)
        self.picker.show_arrays(arrays, frame.title(), frame.channels.names)
        self._show_record()

    @property
    def record(self) -> Record | None:
        """The record of the weight that is watched; None where it is none of this layer."""
        return self._frame.learning.record if self._frame is not None and self._frame.learning is not None else None

    def _watch(self, name: str, place: Place) -> None:
        if self._frame is not None and self._frame.learning is not None:
            self._frame.learning.watch(name, place)
            self._step = None
            self._show_record()

    def _on_pointed(self, place: int | None) -> None:
        self._step = None if place is None or place >= len(self._rows) else float(self._rows[place, 0])
        self._show_steps()

    def _show_record(self) -> None:
        """Show the weight that is watched, and what is known of its steps by now."""
        record = self.record
        self.picker.mark(*((record.weight.name, record.weight.place) if record is not None else ("", ())))
        self._rows = self._known(record) if record is not None else np.zeros((0, 0))
        self._show_steps()

    def _known(self, record: Record) -> Rows:
        """Return the steps up to the one of the frame: a run that goes on is ahead of what is on show."""
        assert self._frame is not None
        rows = record.rows()
        return rows[rows[:, 0] <= self._frame.step] if self._frame.locked else rows

    def _show_steps(self) -> None:
        """Show the curves, and the equation of the step under the mouse or else of the newest."""
        if self._frame is None or self._frame.learning is None:
            return
        record = self.record if len(self._rows) else None
        mark = self._mark()
        self.hint.setVisible(not len(self._rows))
        settings = record.settings if record is not None else self._frame.learning.settings
        trends = optimizer_words.trends(record, self._rows, settings)
        for number, view in enumerate(self.trends):
            view.setVisible(number < len(trends) and len(self._rows) > 0)
            if number < len(trends):
                view.show_trend(trends[number], mark)
        row = None if record is None else record.row(self._rows[-1 if mark is None else mark])
        self._show_equation(record, row)

    def _show_equation(self, record: Record | None, row: Row | None) -> None:
        assert self._frame is not None and self._frame.learning is not None
        watched = self.record
        place = watched.weight.place if watched is not None else (0, 0)
        outlook = self._frame.learning.outlook(place)
        if record is not None and row is not None:
            self.heading.show_text(optimizer_words.heading(row, record.settings.optimizer))
            lines, filled = record.equation(row), True
        else:
            self.heading.show_text(
                optimizer_words.outlook(self._frame.learning.settings.optimizer, watched is not None)
            )
            lines, filled = outlook, False
        self.calculation.show_rows(optimizer_words.calculation(lines, filled), len(outlook))

    def _mark(self) -> int | None:
        """Return the place in the rows of the step under the mouse."""
        if self._step is None or not len(self._rows):
            return None
        return min(int(np.searchsorted(self._rows[:, 0], self._step)), len(self._rows) - 1)

    def _arrange(self) -> None:
        curves, upper, column = QGridLayout(), QHBoxLayout(), QVBoxLayout(self)
        for number, trend in enumerate(self.trends):
            curves.addWidget(trend, number, 0)
        self.hint.setProperty("role", "hint")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        curves.addWidget(self.hint, len(self.trends), 0)
        upper.addWidget(self.picker, 1)
        upper.addLayout(curves, 1)
        column.addWidget(self.chooser)
        column.addLayout(upper, 1)
        column.addWidget(self.heading)
        column.addWidget(self.calculation)
        for layout, space in ((curves, theme.SPACE[1]), (upper, theme.SPACE[3]), (column, theme.SPACE[1])):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
