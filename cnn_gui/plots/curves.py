"""Loss and accuracy over the steps of training."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plots.axes import Axis
from cnn_gui.plots.curve_plot import CurvePlot
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.round_numbers import COARSE, round_down, round_up
from cnn_gui.plots.series import Curve, Points
from cnn_gui.plots.smoothing import Smoother
from cnn_gui.plots.span import Span
from cnn_gui.plots.text import number
from engine.history import EpochResult, History

Floats = npt.NDArray[np.floating]
Series = list[Curve | Points]
_SHORTEST = 10  # steps
_FLOORS = (0.9, 0.5, 0.0)  # where the axis of the accuracy may begin
_LEAST_LOSS = 1e-6  # the logarithmic axis goes no lower


class _Extent(NamedTuple):
    """How much of a history is shown: steps, epochs, and the steps at the end of the run, where that is known."""

    steps: int
    epochs: int
    total: int | None


class TrainingCurves(QWidget):
    """Two plots side by side, of the loss and of the accuracy: each batch, their running mean, validation and test.

    The wheel zooms in on steps, dragging moves along, a double click shows all of them again. The mouse over one plot
    marks its step in both.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = History()
        self._shown = _Extent(0, 0, None)
        self._smoother = Smoother()
        self._zoom: Span | None = None
        self._cursor: float | None = None
        self.loss = CurvePlot(self._write_loss, self.tr("Press Train to see the loss fall."))
        self.accuracy = CurvePlot(self._write_accuracy, self.tr("Press Train to see the accuracy rise."))
        self.log_box = QCheckBox(self.tr("&Log scale"))
        self.loss_step, self.accuracy_step = ElidedLabel("muted"), ElidedLabel("muted")
        self._explain()
        self._arrange()
        self.log_box.toggled.connect(lambda: self._redraw())
        for plot in (self.loss, self.accuracy):
            plot.pointed.connect(self._on_pointed)
            plot.zoom_wanted.connect(lambda factor, centre: self._on_span_wanted(self.span.zoomed(factor, centre)))
            plot.move_wanted.connect(lambda steps: self._on_span_wanted(self.span.moved(steps)))
            plot.whole_wanted.connect(lambda: self._on_span_wanted(None))
        self._redraw()

    def show_history(self, history: History, total_steps: int | None = None) -> None:
        """Show what *history* has by now; costs next to nothing if that is what is on show already.

        Args:
            history: another thread may append to it.
            total_steps: what ``history.steps`` will be at the end of the run, where that is known.
        """
        extent = _Extent(history.steps, len(history.epochs), total_steps)  # what is appended from now on can wait
        if history is self._history and extent == self._shown:
            return
        if history is not self._history:
            self._history, self._smoother, self._zoom = history, Smoother(), None
        self._shown = extent
        self._redraw()

    @property
    def span(self) -> Span:
        """The steps that both plots show."""
        if self._zoom is not None:
            return self._zoom
        end = round_up(max(self._shown.steps, _SHORTEST))
        if self._shown.total is not None and self._shown.total >= self._shown.steps:
            end = min(end, max(self._shown.total, 1))
        return Span(0, end, end)

    def _redraw(self) -> None:
        x = Axis(self.span.low, self.span.high)
        loss, accuracy = (self._loss_series(), self._accuracy_series()) if self._shown.steps else ([], [])
        self.loss.show_series(loss, x, _loss_axis(loss, x, self.log_box.isChecked()))
        self.accuracy.show_series(accuracy, x, _accuracy_axis(accuracy, x))
        self._write_steps()

    def _loss_series(self) -> Series:
        history, n = self._history, self._shown.steps
        return [
            Curve(self.tr("batch"), history.loss[:n], "muted", thin=True),
            Curve(self.tr("smoothed"), history.smoothed[:n], "accent"),
            *self._epoch_series("validation_loss", "test_loss"),
        ]

    def _accuracy_series(self) -> Series:
        batch = self._history.accuracy[: self._shown.steps]
        return [
            Curve(self.tr("batch"), batch, "muted", thin=True),
            Curve(self.tr("smoothed"), self._smoother.extend(batch), "accent"),
            *self._epoch_series("validation_accuracy", "test_accuracy"),
        ]

    def _epoch_series(self, validation: str, test: str) -> Series:
        epochs = self._history.epochs[: self._shown.epochs]
        steps = np.array([epoch.step for epoch in epochs], np.float64)
        measured = [
            Points(self.tr("validation"), steps, _column(epochs, validation), "warning", "circle"),
            Points(self.tr("test"), steps, _column(epochs, test), "good", "square"),
        ]
        return [points for points in measured if np.isfinite(points.values).any()]

    def _on_span_wanted(self, span: Span | None) -> None:
        self._zoom = None if span is None or span.whole else span
        self._redraw()

    def _on_pointed(self, step: float | None) -> None:
        self._cursor = None if step is None else float(min(max(round(step), 1), max(self._shown.steps, 1)))
        for plot in (self.loss, self.accuracy):
            plot.set_cursor(self._cursor)
        self._write_steps()

    def _write_steps(self) -> None:
        step = round(self._cursor or self._shown.steps)
        text = self.tr("step {0:,}").format(step) if self._shown.steps else ""
        self.loss_step.show_text(" · ".join(filter(None, (self.tr("nats"), text))))
        self.accuracy_step.show_text(" · ".join(filter(None, (self.tr("share of right answers"), text))))

    def _write_loss(self, value: float) -> str:
        return number(value, 3)

    def _write_accuracy(self, value: float) -> str:
        return self.tr("{0} %").format(number(100 * value, 3))

    def _explain(self) -> None:
        tip = self.tr("Point to read a step. Wheel: zoom in. Drag: move along. Double click: show all steps.")
        for plot, name in ((self.loss, self.tr("Loss")), (self.accuracy, self.tr("Accuracy"))):
            plot.setAccessibleName(name)
            plot.setToolTip(tip)
        self.loss_step.setToolTip(self.tr("Mean cross-entropy of an image in nats: 0.69 is as unsure as a coin."))
        self.accuracy_step.setToolTip(self.tr("How many images of a hundred get the right class."))
        self.log_box.setAccessibleName(self.tr("Logarithmic scale of the loss"))
        self.log_box.setToolTip(self.tr("Space equal factors equally, to see small losses (Alt+L)"))

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.SPACE[1]] * 4)
        row.setSpacing(theme.SPACE[3])
        for plot, step, extra in ((self.loss, self.loss_step, self.log_box), (self.accuracy, self.accuracy_step, None)):
            title, head, column = QLabel(plot.accessibleName()), QHBoxLayout(), QVBoxLayout()
            title.setProperty("role", "title")
            title.setFixedHeight(theme.TARGET)
            head.setSpacing(theme.SPACE[1])
            head.addWidget(title)
            head.addWidget(step, 1)
            if extra is not None:
                head.addWidget(extra)
            column.setSpacing(theme.SPACE[0])
            column.addLayout(head)
            column.addWidget(plot, 1)
            row.addLayout(column, 1)


def _column(epochs: list[EpochResult], name: str) -> Floats:
    return np.array([getattr(epoch, name) for epoch in epochs], np.float64)


def _loss_axis(series: Series, x: Axis, log: bool) -> Axis:
    """Return an axis in round numbers for what is not noise; single batches may leave it."""
    low, high = _range([s.seen(x) for s in series if not (isinstance(s, Curve) and s.thin)])
    if not log:
        return Axis(0, round_up(high) if high > 0 else 1.0)
    low = round_down(max(low, _LEAST_LOSS), COARSE)
    return Axis(low, max(round_up(max(high, _LEAST_LOSS), COARSE), 10 * low), log=True)


def _accuracy_axis(series: Series, x: Axis) -> Axis:
    """Return 0 to 100 %, or the upper half or tenth if all that is not noise is there."""
    low, _ = _range([s.seen(x) for s in series if not (isinstance(s, Curve) and s.thin)])
    return Axis(next((floor for floor in _FLOORS if floor <= low), 0.0), 1.0)


def _range(parts: list[Floats]) -> tuple[float, float]:
    """Return the lowest and the highest finite value; (0, 0) if there is none."""
    ends = [end for part in parts if len(part) for end in (np.fmin.reduce(part), np.fmax.reduce(part))]
    finite = [float(end) for end in ends if np.isfinite(end)]
    return min(finite, default=0.0), max(finite, default=0.0)
