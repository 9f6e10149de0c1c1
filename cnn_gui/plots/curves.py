"""Loss and accuracy over the steps of training."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import glossary, theme
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.curve_legend import CurveLegend, Entry
from cnn_gui.plots.curve_plot import STYLES, CurvePlot
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.round_numbers import COARSE, round_down, round_up
from cnn_gui.plots.text import number
from engine.history import History

Floats = npt.NDArray[np.floating]
KINDS = ("loss", "accuracy")
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

    The mouse over one plot marks its step in both.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = History()
        self._kept = self._history.curves
        self._shown = _Extent(0, 0, None)
        self._drawn: dict[str, _Extent] = {}
        self._cursor: int | None = None
        self._stale = ""
        self.loss, self.accuracy = CurvePlot(_plain), CurvePlot(_percent)
        self.log_box = QCheckBox(self.tr("&Log"))
        self.loss_legend, self.accuracy_legend = CurveLegend(), CurveLegend()
        self.loss_unit, self.accuracy_unit = ElidedLabel("muted"), ElidedLabel("muted")
        self._explain()
        self._arrange()
        self._write_units()
        self.set_first_step("")
        self.accuracy.setXLink(self.loss)
        self.log_box.toggled.connect(self._on_log_toggled)
        for plot in (self.loss, self.accuracy):
            plot.pointed.connect(self._on_pointed)
            plot.whole_wanted.connect(self._on_whole_wanted)
            plot.plotItem.vb.sigRangeChangedManually.connect(self._on_zoomed)

    def show_history(self, history: History, total_steps: int | None = None, kinds: Sequence[str] = KINDS) -> None:
        """Show what *history* has by now; costs next to nothing if that is what is on show already.

        Args:
            history: another thread may append to it.
            total_steps: what ``history.steps`` will be at the end of the run, where that is known.
            kinds: the plots to bring up to date.
        """
        extent = _Extent(history.steps, len(history.epochs), total_steps)  # what is appended from now on can wait
        if history is not self._history:
            self._history, self._drawn = history, {}
            self.loss.follows = self.accuracy.follows = True
        self._shown = extent
        for kind in kinds:
            if self._drawn.get(kind) != extent:
                thinned, self._kept = self._kept.every, history.curves
                self._draw(kind)
                if self._kept.every != thinned:
                    self._write_units()

    @Slot(str)
    def set_first_step(self, text: str) -> None:
        """Say what a person has to do before a run can start, '' if nothing, where there are no curves yet."""
        self.loss.message.setText(text or self.tr("Press Train to see the loss fall."))
        self.accuracy.message.setText(text or self.tr("Press Train to see the accuracy rise."))

    @Slot(str)
    def set_stale(self, text: str) -> None:
        """Say that the curves are of another network than there is now, e.g. "before the edit"; '' for not so."""
        self._stale = text
        for plot in (self.loss, self.accuracy):
            plot.set_faded(bool(text))
        for legend in (self.loss_legend, self.accuracy_legend):
            legend.set_faded(bool(text))
        self._write_legends()

    def values(self, kind: str) -> dict[str, float]:
        """Return what the legend tells of 'loss' or 'accuracy': each series' value at the marked step, or its last."""
        step, curves, points = self._cursor or self._shown.steps, self._curves(kind), {}
        if place := min(step // self._kept.every, len(self._kept.loss)):  # of the last step up to there that is kept
            points = {name: curve[place - 1] for name, curve in curves.items()}
        for name in ("validation", "test"):
            steps, values = self._points(f"{name}_{kind}")
            if ended := np.count_nonzero(steps <= step):
                points[name] = values[ended - 1]
        return {name: float(value) for name, value in points.items() if np.isfinite(value)}

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write_legends()

    def _draw(self, kind: str) -> None:
        plot = self.loss if kind == "loss" else self.accuracy
        steps = self._kept.steps
        plot.show_message(self._shown.steps == 0)
        for name, curve in self._curves(kind).items():
            plot.show_series(name, steps, curve)
        for name in ("validation", "test"):
            plot.show_series(name, *self._points(f"{name}_{kind}"))
        self._set_ranges(kind)
        self._write_legend(kind)
        self._drawn[kind] = self._shown

    def _set_ranges(self, kind: str) -> None:
        plot = self.loss if kind == "loss" else self.accuracy
        seen = [self._curves(kind)["smoothed"], *(self._points(f"{n}_{kind}")[1] for n in ("validation", "test"))]
        limits = _limits(seen)  # of what is not noise; single batches may leave the axis
        logarithmic = self.log_box.isChecked()
        values = _loss_range(limits, logarithmic) if kind == "loss" else _share_range(limits)
        plot.set_ranges((0.0, self._end()), values)

    def _end(self) -> float:
        """Return where the axis of steps ends: a round number, so that it moves in coarse steps, or the run's end."""
        end = round_up(max(self._shown.steps, _SHORTEST))
        total = self._shown.total
        return float(min(end, max(total, 1)) if total is not None and total >= self._shown.steps else end)

    def _curves(self, kind: str) -> dict[str, Floats]:
        kept = self._kept
        if kind == "loss":
            return {"batch": kept.loss, "smoothed": kept.smoothed}
        return {"batch": kept.accuracy, "smoothed": kept.smoothed_accuracy}

    def _points(self, field: str) -> tuple[Floats, Floats]:
        epochs = self._history.epochs
        steps, values = epochs.column("step"), epochs.column(field)
        return steps[: len(values)], values[: len(steps)]  # another epoch may have ended in between

    def _on_pointed(self, step: float | None) -> None:
        every = self._kept.every
        last = max(self._shown.steps // every, 1)
        self._cursor = None if step is None else min(max(round(step / every), 1), last) * every
        for plot in (self.loss, self.accuracy):
            plot.set_cursor(self._cursor)
        self._write_legends()

    def _on_zoomed(self) -> None:
        self.loss.follows = self.accuracy.follows = False  # both show the same steps

    def _on_whole_wanted(self) -> None:
        self.loss.follows = self.accuracy.follows = True
        for kind in KINDS:
            self._set_ranges(kind)

    def _on_log_toggled(self, logarithmic: bool) -> None:
        self.loss.setLogMode(x=False, y=logarithmic)
        self._draw("loss")

    def _write_units(self) -> None:
        where = self.tr("over steps") if self._cursor is None else self.tr("at step {0:,}").format(self._cursor)
        if self._kept.every > 1:  # of a long run
            where = self.tr("{0} (1 in {1:,} kept)").format(where, self._kept.every)
        stale = self._stale and f"{self._stale} · "
        self.loss_unit.show_text(stale + self.tr("nats, {0}").format(where))
        self.accuracy_unit.show_text(stale + self.tr("fraction correct, {0}").format(where))

    def _write_legends(self) -> None:
        self._write_units()
        for kind in KINDS:
            self._write_legend(kind)

    def _write_legend(self, kind: str) -> None:
        legend, write = (self.loss_legend, _plain) if kind == "loss" else (self.accuracy_legend, _percent)
        tokens, words = theme.tokens(self.palette()), self._words()
        colours = {name: "muted" if self._stale else style.colour for name, style in STYLES.items()}
        legend.show_entries({
            name: Entry(STYLES[name].mark, getattr(tokens, colours[name]), *words[name], write(value))
            for name, value in self.values(kind).items()
        })  # fmt: skip

    def _words(self) -> dict[str, tuple[str, str]]:
        """Return what each series is called, and in short."""
        return {
            "batch": (self.tr("batch"),) * 2, "smoothed": (self.tr("smoothed"),) * 2,
            "validation": (self.tr("validation"), self.tr("val.")), "test": (self.tr("test"),) * 2,
        }  # fmt: skip

    def _explain(self) -> None:
        tip = self.tr("Point to read a step. Wheel: zoom in. Drag: move along. Double click: show all steps.")
        for plot, name in ((self.loss, self.tr("Loss")), (self.accuracy, self.tr("Accuracy"))):
            plot.setAccessibleName(name)
            plot.setToolTip(tip)
        self.loss_unit.setToolTip(glossary.tooltip("", ["loss", "nat"]))
        self.log_box.setAccessibleName(self.tr("Logarithmic scale of the loss"))
        self.log_box.setToolTip(
            self.tr("Logarithmic: equal ratios take equal distances, so that small losses stay visible (Alt+L)")
        )

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.SPACE[1]] * 4)
        row.setSpacing(theme.SPACE[3])
        for plot, legend, unit in (
            (self.loss, self.loss_legend, self.loss_unit),
            (self.accuracy, self.accuracy_legend, self.accuracy_unit),
        ):
            title = PlainLabel(plot.accessibleName())
            title.setProperty("role", "title")
            head, column = QHBoxLayout(), QVBoxLayout()
            head.setSpacing(theme.SPACE[1])
            head.addWidget(title)
            head.addWidget(unit, 1)
            if plot is self.loss:
                head.addWidget(self.log_box)
            theme.follow_text_size(title, lambda title=title: title.setFixedHeight(theme.scaled(theme.TARGET)))
            column.setSpacing(0)
            column.addLayout(head)
            column.addWidget(legend)
            column.addWidget(plot, 1)
            row.addLayout(column, 1)


def _plain(value: float) -> str:
    return number(value, 3)


def _percent(value: float) -> str:
    return f"{number(100 * value, 3)} %"


def _share_range(limits: tuple[float, float]) -> tuple[float, float]:
    """Return 0 to 100 %, or the upper half or tenth if all is there."""
    return next(floor for floor in _FLOORS if floor <= max(limits[0], 0)), 1.0


def _loss_range(limits: tuple[float, float], logarithmic: bool) -> tuple[float, float]:
    """Return round ends of an axis."""
    low, high = limits
    if not logarithmic:
        return 0.0, round_up(high) if high > 0 else 1.0
    low = round_down(max(low, _LEAST_LOSS), COARSE)
    return low, max(round_up(max(high, _LEAST_LOSS), COARSE), 10 * low)


def _limits(parts: list[Floats]) -> tuple[float, float]:
    """Return the lowest and the highest finite value; (0, 0) if there is none."""
    ends = [end for part in parts if len(part) for end in (np.fmin.reduce(part), np.fmax.reduce(part))]
    finite = [float(end) for end in ends if np.isfinite(end)]
    return min(finite, default=0.0), max(finite, default=0.0)
