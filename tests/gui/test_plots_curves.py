"""The curves tell what the history has, from no step to a million."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.plots.axes import Axis
from cnn_gui.plots.curve_plot import CurvePlot
from cnn_gui.plots.curves import TrainingCurves
from cnn_gui.plots.round_numbers import COARSE, log_ticks, round_down, round_up, ticks
from cnn_gui.plots.series import Curve, peaks, samples
from cnn_gui.plots.smoothing import Smoother
from cnn_gui.plots.span import Span
from engine.history import EpochResult, History


@pytest.fixture
def curves(qtbot: QtBot) -> TrainingCurves:
    widget = TrainingCurves()
    qtbot.addWidget(widget)
    widget.resize(720, 240)
    widget.show()
    return widget


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, theme.DARK)
    yield
    theme.apply(qapp, theme.LIGHT)


def history(steps: int, epochs: int = 0, loss: float = 2.0) -> History:
    result = History()
    falling = loss * np.exp(-3 * np.arange(steps) / max(steps, 1))
    result.loss = result.smoothed = falling.astype(np.float32)
    result.accuracy = (1 - falling / loss).astype(np.float32)
    result.steps = steps
    for epoch in range(1, epochs + 1):
        step = epoch * steps // epochs
        result.epochs.append(EpochResult(epoch, step, 0.5, 0.5, 1 / epoch, 0.8, 1.1 / epoch, 0.75, 1.0, 1.0))
    return result


def values(plot: CurvePlot) -> dict[str, str]:
    return {series.name: text for series, text in plot.entries()}


def place_of(plot: CurvePlot, step: float) -> QPoint:
    shown = plot.plot()
    return QPoint(round(float(shown.xs(np.array([step]))[0])), round(shown.rect.center().y()))


def pixels_of(plot: CurvePlot, colour: str) -> np.ndarray:
    """Where the plot has this very colour, as a mask (height, width)."""
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    shown = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return shown & 0xFFFFFF == QColor(colour).rgb() & 0xFFFFFF


def test_that_without_a_step_both_plots_say_what_to_do(curves: TrainingCurves) -> None:
    empty = curves.loss.grab().toImage()
    curves.show_history(History())
    assert curves.loss.grab().toImage() == empty
    assert values(curves.loss) == values(curves.accuracy) == {}
    assert (pixels_of(curves.loss, theme.tokens(curves.palette()).muted)).any()  # the text


@pytest.mark.parametrize("steps", [1, 2, 10, 1000])
def test_that_the_last_step_is_told_and_the_curve_is_seen(curves: TrainingCurves, steps: int) -> None:
    known = history(steps)
    curves.show_history(known)
    assert curves.loss_step.whole_text == f"nats · step {steps:,}"
    assert float(values(curves.loss)["smoothed"]) == pytest.approx(float(known.smoothed[steps - 1]), rel=0.01)
    accent = pixels_of(curves.loss, theme.tokens(curves.palette()).accent)
    inside = curves.loss.plot().rect.toRect()
    seen = accent[inside.top() : inside.bottom(), inside.left() : inside.right()]
    assert seen.any()
    if steps >= 10:
        assert np.count_nonzero(seen.any(axis=0)) > 0.6 * seen.shape[1]  # from the left nearly to the right


def test_that_a_falling_loss_falls_on_the_screen(curves: TrainingCurves) -> None:
    curves.show_history(history(1000))
    accent = pixels_of(curves.loss, theme.tokens(curves.palette()).accent)
    rect = curves.loss.plot().rect.toRect()
    columns = [
        np.flatnonzero(accent[rect.top() :, x]).mean() for x in (rect.left() + 5, rect.center().x(), rect.right() - 5)
    ]
    assert columns[0] < columns[1] < columns[2]


def test_that_the_mouse_reads_out_its_step_in_both_plots(qtbot: QtBot, curves: TrainingCurves) -> None:
    known = history(1000, epochs=4)
    known.accuracy[:] = np.linspace(0, 1, 1000)
    curves.show_history(known)
    target = place_of(curves.loss, 600)
    qtbot.mouseMove(curves.loss, target)
    step = int(curves.loss_step.whole_text.split("step ")[1].replace(",", ""))
    assert abs(step - 600) <= 2
    assert float(values(curves.loss)["batch"]) == pytest.approx(float(known.loss[step - 1]), rel=0.01)
    assert float(values(curves.accuracy)["batch"][:-2]) == pytest.approx(
        100 * float(known.accuracy[step - 1]), rel=0.01
    )
    assert values(curves.loss)["validation"] == "0.5"  # of epoch 2, the last before step 600
    qtbot.mouseMove(curves.loss, QPoint(2, 2))
    assert curves.loss_step.whole_text.endswith("step 1,000")


def test_that_epochs_without_validation_have_no_curve_of_it(curves: TrainingCurves) -> None:
    known = history(100)
    nan = float("nan")
    known.epochs.append(EpochResult(1, 100, 0.5, 0.5, nan, nan, 0.3, 0.9, 1.0, 1.0))
    curves.show_history(known)
    assert list(values(curves.loss)) == ["batch", "smoothed", "test"]
    assert values(curves.accuracy)["test"] == "90 %"


def test_that_a_history_that_grows_is_followed_and_one_that_rests_costs_nothing(
    curves: TrainingCurves, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = History()
    for _ in range(5):
        known.add_step(1.0, 0.5)
    curves.show_history(known)
    shown: list[object] = []
    monkeypatch.setattr(curves.loss, "show_series", lambda *series: shown.append(series))
    curves.show_history(known)
    assert not shown
    known.add_step(0.5, 0.75)
    curves.show_history(known)
    assert len(shown) == 1


def test_that_another_history_begins_anew(curves: TrainingCurves) -> None:
    curves.show_history(history(5000))
    curves.loss.zoom_wanted.emit(0.1, 2500.0)
    curves.show_history(history(7))
    assert (curves.span.low, curves.span.high) == (0, 10)
    assert values(curves.accuracy)["smoothed"] != "–"


def test_that_the_steps_axis_grows_in_coarse_steps_up_to_the_run(curves: TrainingCurves) -> None:
    ends = set()
    for steps in range(1, 1001):
        known = History()
        known.steps = steps
        curves.show_history(known, 900 if steps <= 900 else None)
        ends.add(curves.span.high)
    assert len(ends) < 25 and 900 in ends and max(ends) == 1000


def test_that_the_axis_of_the_accuracy_begins_at_zero_until_all_is_better(curves: TrainingCurves) -> None:
    known = history(100)
    curves.show_history(known)
    assert curves.accuracy._axes[1] == Axis(0, 1)
    good = history(100)
    good.accuracy[:] = 0.97
    curves.show_history(good)
    assert curves.accuracy._axes[1] == Axis(0.9, 1)


def test_that_the_logarithmic_axis_fits_in_what_matters(curves: TrainingCurves) -> None:
    known = history(100)
    curves.show_history(known)
    curves.log_box.click()
    axis = curves.loss._axes[1]
    assert axis.log and 0 < axis.low <= known.smoothed.min() and axis.high >= known.smoothed.max()
    places = axis.share(np.array([axis.low, (axis.low * axis.high) ** 0.5, axis.high, 0, -1]))
    assert places[:3] == pytest.approx([0, 0.5, 1]) and np.isnan(places[3:]).all()
    curves.log_box.click()
    assert not curves.loss._axes[1].log


def test_that_the_wheel_zooms_about_the_mouse_dragging_moves_and_a_double_click_shows_all(
    qtbot: QtBot, curves: TrainingCurves
) -> None:
    curves.show_history(history(1000))
    plot, target = curves.loss, place_of(curves.loss, 500)
    where = QPointF(target)
    wheel = QWheelEvent(
        where, plot.mapToGlobal(where), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, wheel)
    span = curves.span
    assert span.high - span.low == pytest.approx(640)
    assert plot.plot().x_at(target.x()) == pytest.approx(500, abs=3)
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=target)
    qtbot.mouseMove(plot, target - QPoint(40, 0))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton)
    moved = curves.span
    assert moved.high - moved.low == pytest.approx(640) and moved.low > span.low
    assert plot._axes[0] == curves.accuracy._axes[0]
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=target)
    assert curves.span.whole


def test_that_dark_and_light_are_painted_in_their_own_colours(dark: None, curves: TrainingCurves) -> None:
    curves.show_history(history(100, epochs=3))
    for colour in (theme.DARK.accent, theme.DARK.surface, theme.DARK.good):
        assert pixels_of(curves.loss, colour).any()
    assert not pixels_of(curves.loss, theme.LIGHT.accent).any()


def test_that_a_million_steps_are_shown_in_little_time(curves: TrainingCurves) -> None:
    known = history(1_000_000, epochs=40)
    curves.show_history(known, 1_000_000)
    curves.loss.repaint()
    costs = []
    for fewer in range(1, 8):
        known.steps = 1_000_000 - fewer
        start = time.thread_time()
        curves.show_history(known, 1_000_000)
        curves.loss.repaint()
        curves.accuracy.repaint()
        costs.append(time.thread_time() - start)
    assert min(costs) < 0.05  # it takes 0.005


def test_that_a_loss_which_is_no_number_leaves_a_gap(curves: TrainingCurves) -> None:
    known = history(100)
    known.loss = known.loss.copy()
    known.loss[40:60] = np.nan
    curves.show_history(known)
    curves.grab()
    known.smoothed = np.full(100, np.nan, np.float32)
    curves.show_history(known, 100)
    curves.grab()


def test_that_peaks_keep_every_extreme() -> None:
    noise = np.random.default_rng(0).normal(size=100_000).astype(np.float32)
    noise[77_777], noise[12_345] = 50, -50
    steps, lowest, highest = peaks(noise, Axis(0, 100_000), 300)
    assert len(steps) == len(lowest) == 300
    assert (lowest.min(), highest.max()) == (-50, 50)
    assert abs(steps[highest.argmax()] - 77_778) < 350
    assert (np.diff(steps) > 0).all()


def test_that_few_values_are_kept_as_they_are() -> None:
    line = np.arange(10, dtype=np.float32)
    steps, lowest, highest = peaks(line, Axis(0, 10), 300)
    assert steps.tolist() == list(range(1, 11)) and lowest is highest and lowest.tolist() == line.tolist()
    assert [part.tolist() for part in samples(line, Axis(3, 5), 300)] == [[3, 4, 5, 6], [2, 3, 4, 5]]
    assert peaks(line[:0], Axis(0, 10), 300)[0].size == 0
    assert peaks(line, Axis(50, 60), 300)[0].size == 0


def test_that_samples_lie_on_the_curve() -> None:
    line = np.arange(1, 100_001, dtype=np.float32)
    steps, found = samples(line, Axis(0, 100_000), 150)
    assert len(steps) == 150 and found.tolist() == steps.tolist()


def test_that_a_curve_knows_the_value_of_a_step() -> None:
    curve = Curve("loss", np.array([5.0, 6.0, 7.0]), "accent")
    assert [curve.at(step) for step in (1, 2.4, 3, None)] == [5, 6, 7, 7]
    assert np.isnan(curve.at(0)) and np.isnan(curve.at(4))


def test_that_the_mean_is_that_of_the_history_however_it_grows() -> None:
    known, smoother = History(), Smoother()
    for value in np.random.default_rng(0).random(3000):
        known.add_step(float(value), 0.0)
    for steps in (1, 7, 700, 2999, 3000):
        assert np.abs(smoother.extend(known.loss[:steps]) - known.smoothed[:steps]).max() < 1e-5


def test_that_a_span_stays_within_the_steps() -> None:
    span = Span(0, 1000, 1000)
    assert span.zoomed(0.5, 0) == Span(0, 500, 1000)
    assert span.zoomed(0.5, 1000) == Span(500, 1000, 1000)
    assert span.zoomed(0.001, 500).high - span.zoomed(0.001, 500).low == 10
    assert span.zoomed(0.5, 500).zoomed(9, 300) == span
    assert span.zoomed(0.5, 0).moved(700) == Span(500, 1000, 1000)
    assert span.zoomed(0.5, 1000).moved(-2000) == Span(0, 500, 1000)


@pytest.mark.parametrize(("value", "up", "down"), [(1, 1, 1), (1.01, 2, 1), (0.3, 0.5, 0.2), (700, 1000, 500)])
def test_that_rounding_stops_at_round_numbers(value: float, up: float, down: float) -> None:
    assert round_up(value, COARSE) == pytest.approx(up)
    assert round_down(value, COARSE) == pytest.approx(down)


@pytest.mark.parametrize(("low", "high", "most"), [(0, 1, 5), (0.9, 1, 4), (0, 1_000_000, 3), (495_003, 504_997, 4)])
def test_that_ticks_are_few_round_and_inside(low: float, high: float, most: int) -> None:
    found = ticks(low, high, most)
    assert 1 < len(found) <= most
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in found)
    assert np.allclose(np.diff(found), found[1] - found[0])


def test_that_logarithmic_ticks_thin_out() -> None:
    assert log_ticks(0.1, 1, 6) == pytest.approx([0.1, 0.2, 0.5, 1])
    assert log_ticks(0.001, 10, 6) == pytest.approx([0.001, 0.01, 0.1, 1, 10])
    assert len(log_ticks(1e-6, 1e6, 4)) <= 4
