"""The curves tell what the history has, from no step to a million."""

import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocumentFragment, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.plots.curve_plot import STEP_ROOM, VALUE_ROOM, CurvePlot
from cnn_gui.plots.curves import TrainingCurves
from cnn_gui.plots.round_numbers import COARSE, round_down, round_up
from cnn_gui.plots.text import small_font
from engine.history import EpochResult, History


@pytest.fixture
def curves(qtbot: QtBot) -> TrainingCurves:
    widget = TrainingCurves()
    qtbot.addWidget(widget)
    widget.resize(720, 280)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, theme.DARK)
    yield
    theme.apply(qapp, theme.LIGHT)


def history(steps: int, epochs: int = 0, loss: float = 2.0) -> History:
    falling = loss * np.exp(-3 * np.arange(steps) / max(steps, 1))
    result = of_curves(falling, falling, 1 - falling / loss)
    for epoch in range(1, epochs + 1):
        step = epoch * steps // epochs
        result.epochs.append(EpochResult(epoch, step, 0.5, 0.5, 1 / epoch, 0.8, 1.1 / epoch, 0.75, 1.0, 1.0))
    return result


def of_curves(loss: np.ndarray, smoothed: np.ndarray, accuracy: np.ndarray) -> History:
    """Return a history as a program wrote it that kept every step."""
    arrays = History().to_arrays()
    del arrays["smoothed_accuracy"], arrays["totals"], arrays["total_seconds"]
    return History.from_arrays({**arrays, "loss": loss, "smoothed": smoothed, "accuracy": accuracy})


def place_of(plot: CurvePlot, step: float) -> QPoint:
    """Where *step* is on the plot, half way up."""
    box = plot.plotItem.vb
    x = box.mapViewToScene(QPointF(step, 0)).x()
    return plot.mapFromScene(QPointF(x, box.sceneBoundingRect().center().y()))


def seen_steps(plot: CurvePlot) -> tuple[float, float]:
    low, high = plot.viewRange()[0]
    return low, high


def pixels_of(plot: CurvePlot, colour: str) -> np.ndarray:
    """Where the plot has this very colour, as a mask (height, width)."""
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    shown = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return shown & 0xFFFFFF == QColor(colour).rgb() & 0xFFFFFF


def wheel(plot: CurvePlot, where: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(where), plot.mapToGlobal(QPointF(where)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot.viewport(), event)


def test_that_without_a_step_both_plots_say_what_to_do(curves: TrainingCurves) -> None:
    for plot in (curves.loss, curves.accuracy):
        assert plot.message.isVisible() and "Press Train" in plot.message.text()
        assert not plot.plotItem.isVisible()
    curves.set_first_step("Add layers first.")
    assert curves.loss.message.text() == curves.accuracy.message.text() == "Add layers first."
    assert curves.values("loss") == curves.values("accuracy") == {}


@pytest.mark.parametrize("steps", [1, 2, 10, 1000])
def test_that_the_last_step_is_told_and_the_curve_is_seen(curves: TrainingCurves, steps: int) -> None:
    known = history(steps)
    curves.show_history(known)
    assert not curves.loss.message.isVisible()
    assert curves.values("loss")["smoothed"] == pytest.approx(float(known.smoothed[steps - 1]))
    assert "smoothed" in curves.loss_legend.text()
    if steps >= 10:
        accent = pixels_of(curves.loss, theme.tokens(curves.palette()).accent)
        assert np.count_nonzero(accent.any(axis=0)) > 0.6 * accent.shape[1]  # from the left nearly to the right


def test_that_a_falling_loss_falls_on_the_screen(curves: TrainingCurves) -> None:
    curves.show_history(history(1000))
    accent = pixels_of(curves.loss, theme.tokens(curves.palette()).accent)
    heights = [np.flatnonzero(accent[:, place_of(curves.loss, step).x()]).mean() for step in (20, 500, 950)]
    assert heights[0] < heights[1] < heights[2]


def test_that_the_mouse_reads_out_its_step_in_both_plots(qtbot: QtBot, curves: TrainingCurves) -> None:
    known = history(1000, epochs=4)
    known.accuracy[:] = np.linspace(0, 1, 1000)
    curves.show_history(known)
    curves.loss.pointed.emit(curves.loss.step_at(QPointF(place_of(curves.loss, 600))))
    assert curves.values("loss")["batch"] == pytest.approx(float(known.loss[599]), rel=0.02)
    assert curves.values("accuracy")["batch"] == pytest.approx(float(known.accuracy[599]), rel=0.02)
    assert curves.values("loss")["validation"] == 0.5  # of epoch 2, the last before step 600
    assert curves.accuracy.cursor_line.isVisible()
    curves.loss.pointed.emit(None)
    assert curves.values("loss")["batch"] == pytest.approx(float(known.loss[999]))
    assert not curves.accuracy.cursor_line.isVisible()


def test_that_the_mouse_outside_the_axes_points_at_no_step(curves: TrainingCurves) -> None:
    curves.show_history(history(100))
    assert curves.loss.step_at(QPointF(2, 2)) is None


def test_that_epochs_without_validation_have_no_curve_of_it(curves: TrainingCurves) -> None:
    known = history(100)
    nan = float("nan")
    known.epochs.append(EpochResult(1, 100, 0.5, 0.5, nan, nan, 0.3, 0.9, 1.0, 1.0))
    curves.show_history(known)
    assert list(curves.values("loss")) == ["batch", "smoothed", "test"]
    assert curves.values("accuracy")["test"] == 0.9
    assert "validation" not in curves.loss_legend.text() and "90&nbsp;%" in curves.accuracy_legend.text()
    assert len(curves.loss.series["validation"].getData()[0] or ()) == 0


def test_that_a_history_that_grows_is_followed_and_one_that_rests_costs_nothing(
    curves: TrainingCurves, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = History()
    for _ in range(5):
        known.add_step(1.0, 0.5)
    curves.show_history(known)
    shown: list[object] = []
    monkeypatch.setattr(curves.loss, "show_message", shown.append)
    curves.show_history(known)
    assert not shown
    known.add_step(0.5, 0.75)
    curves.show_history(known)
    assert len(shown) == 1


def test_that_another_history_begins_anew(curves: TrainingCurves) -> None:
    curves.show_history(history(5000))
    wheel(curves.loss, place_of(curves.loss, 2500), 5)
    curves.show_history(history(7))
    assert seen_steps(curves.loss) == (0, 10)


def test_that_the_steps_axis_grows_in_coarse_steps_up_to_the_run(curves: TrainingCurves) -> None:
    ends = set()
    for steps in range(1, 1001, 3):
        known = history(steps)
        curves.show_history(known, 900 if steps <= 900 else None)
        ends.add(seen_steps(curves.loss)[1])
    assert len(ends) < 25 and 900 in ends and max(ends) == 1000


def test_that_the_axis_of_the_accuracy_begins_at_zero_until_all_is_better(curves: TrainingCurves) -> None:
    curves.show_history(history(100))
    assert curves.accuracy.viewRange()[1][0] == 0
    good = history(100)
    good.accuracy[:] = good.smoothed_accuracy[:] = 0.97
    curves.show_history(good)
    low, high = curves.accuracy.viewRange()[1]
    assert low == pytest.approx(0.9) and 1 < high < 1.01


@pytest.mark.parametrize("height", [130, 150, 200, 280, 500])
@pytest.mark.parametrize("least", [0.0, 0.6, 0.93])
def test_that_the_axis_of_the_accuracy_is_labelled_at_100_percent(curves: TrainingCurves, height, least) -> None:
    known = history(100)
    known.accuracy[:] = np.linspace(least, 1, 100)
    curves.show_history(known)
    curves.resize(720, height)
    QApplication.processEvents()
    axis, sheet = curves.accuracy.getAxis("left"), QImage(100, 600, QImage.Format.Format_RGB32)
    with QPainter(sheet) as painter:
        painter.setFont(small_font(curves.font()))
        _, _, labels = axis.generateDrawSpecs(painter)
    assert "100 %" in [text for _, _, text in labels]
    tops = sorted(rect.top() for rect, _, _ in labels)
    assert all(below - above >= VALUE_ROOM - 1 for above, below in pairwise(tops))


def test_that_the_marked_step_is_told(qtbot: QtBot, curves: TrainingCurves) -> None:
    curves.show_history(history(2000))
    assert curves.loss_unit.whole_text == "nats, over steps"
    curves.loss.pointed.emit(1234)
    assert curves.loss_unit.whole_text == "nats, at step 1,234"
    assert curves.accuracy_unit.whole_text == "fraction correct, at step 1,234"


@pytest.mark.parametrize("steps", [1, 9, 37, 4000, 1_000_000])
@pytest.mark.parametrize("width", [360, 1000])
def test_that_the_numbers_of_steps_stay_apart(curves: TrainingCurves, steps: int, width: int) -> None:
    curves.resize(width, 280)
    curves.show_history(history(steps))
    axis, (low, high) = curves.loss.getAxis("bottom"), seen_steps(curves.loss)
    ((spacing, _),) = axis.tickSpacing(low, high, axis.width())
    assert spacing >= 1 and spacing * axis.width() / (high - low) >= STEP_ROOM


@pytest.mark.parametrize(
    ("width", "named"),
    [
        (900, ("batch", "smoothed", "validation", "test")), (700, ("smoothed", "validation", "test")),
        (560, ("smoothed", "val.", "test")), (402, ("smoothed", "val.", "test")), (394, ("smoothed", "val.", "test")),
    ],
)  # fmt: skip
def test_that_every_curve_is_named_in_one_line_or_two_and_the_tooltip_tells_the_rest(
    curves: TrainingCurves, width, named
) -> None:
    theme.apply(QApplication.instance(), theme.LIGHT)
    curves.show_history(history(500, epochs=2), None)
    curves.resize(width, curves.minimumSizeHint().height())
    QApplication.processEvents()
    for plot, legend in ((curves.loss, curves.loss_legend), (curves.accuracy, curves.accuracy_legend)):
        words = ("batch", "smoothed", "mean", "validation", "val.", "test")
        assert tuple(word for word in words if word in legend.text()) == named
        assert all(word in legend.toolTip() for word in ("batch", "smoothed", "validation", "test"))
        lines = QTextDocumentFragment.fromHtml(legend.text()).toPlainText().splitlines()
        assert legend.height() == len(lines) * legend.fontMetrics().lineSpacing() and len(lines) <= (
            1 if width > 560 else 2
        )
        assert all(legend.fontMetrics().horizontalAdvance(line) <= legend.width() for line in lines)
        assert plot.height() >= plot.minimumHeight() and legend.geometry().bottom() < plot.geometry().top()


@pytest.mark.parametrize(("epochs", "size"), [(1, 6), (12, 6), (40, 4), (1000, 2)])
def test_that_the_points_of_many_epochs_become_small_and_stay_apart(curves: TrainingCurves, epochs, size) -> None:
    curves.resize(736, 280)
    QApplication.processEvents()
    curves.show_history(history(5000, epochs=epochs), None)
    assert {curves.loss.series[name].opts["symbolSize"] for name in ("validation", "test")} == {size}


def test_that_the_logarithmic_axis_fits_in_what_matters(curves: TrainingCurves) -> None:
    known = history(100)
    curves.show_history(known)
    curves.log_box.click()
    low, high = curves.loss.viewRange()[1]
    assert low <= np.log10(known.smoothed.min()) and high >= np.log10(known.smoothed.max())
    axis = curves.loss.getAxis("left")
    assert axis.tickStrings([-1.0, 0.0], 1, 1) == ["0.1", "1"]
    curves.log_box.click()
    assert curves.loss.viewRange()[1][0] == 0


def test_that_the_wheel_zooms_both_plots_about_the_mouse_and_a_double_click_shows_all(
    qtbot: QtBot, curves: TrainingCurves
) -> None:
    known = history(1000)
    curves.show_history(known)
    target = place_of(curves.loss, 500)
    wheel(curves.loss, target, 3)
    low, high = seen_steps(curves.loss)
    assert high - low < 900 and low < 500 < high
    assert curves.loss.step_at(QPointF(target)) == pytest.approx(500, abs=5)
    assert seen_steps(curves.accuracy) == pytest.approx((low, high), abs=20)
    known.add_step(0.1, 0.9)
    curves.show_history(known)
    assert seen_steps(curves.loss) == pytest.approx((low, high))  # it stays where the person looks
    qtbot.mouseDClick(curves.loss.viewport(), Qt.MouseButton.LeftButton, pos=target)
    assert seen_steps(curves.loss)[0] == 0 and seen_steps(curves.loss)[1] >= 1001


def test_that_dark_and_light_are_painted_in_their_own_colours(dark: None, curves: TrainingCurves) -> None:
    curves.show_history(history(100, epochs=3))
    for colour in (theme.DARK.accent, theme.DARK.good):
        assert pixels_of(curves.loss, colour).any()
    assert not pixels_of(curves.loss, theme.LIGHT.accent).any()
    assert theme.DARK.accent in curves.loss_legend.text()


def test_that_a_million_steps_are_shown_in_little_time(curves: TrainingCurves) -> None:
    known = history(1_000_000, epochs=40)
    curves.show_history(known, 1_100_000)
    curves.loss.grab()
    costs = []
    for _ in range(5):
        known.add_step(0.1, 0.95)
        start = time.thread_time()
        curves.show_history(known, 1_100_000)
        curves.loss.grab()
        curves.accuracy.grab()
        costs.append(time.thread_time() - start)
    assert min(costs) < 0.5


def test_that_a_loss_which_is_no_number_is_left_out(curves: TrainingCurves) -> None:
    known = history(100)
    known.loss[40:60] = np.nan
    curves.show_history(known)
    assert len(curves.loss.series["batch"].getOriginalDataset()[0]) == 80
    known.smoothed[:] = np.nan
    curves.show_history(known, 100)
    curves.grab()


def long_run(steps: int) -> History:
    """Return a history whose loss at each step is the number of the step."""
    numbers = np.arange(1, steps + 1, dtype=np.float32)
    return of_curves(numbers, numbers, numbers / steps)


def test_that_a_run_that_is_too_long_to_keep_says_so_and_what_is_kept_is_at_its_own_steps(
    curves: TrainingCurves,
) -> None:
    curves.show_history(history(1000))
    assert "kept" not in curves.loss_unit.whole_text
    known = long_run(200_000)
    curves.show_history(known)
    steps, values = curves.loss.series["batch"].getOriginalDataset()
    assert (steps == values).all() and len(steps) == 50_000 and steps[-1] == 200_000
    for unit in (curves.loss_unit, curves.accuracy_unit):
        assert "over steps (1 in 4 kept)" in unit.whole_text
    curves.loss.pointed.emit(100_001.0)
    assert curves.values("loss")["batch"] == 100_000 and "at step 100,000" in curves.loss_unit.whole_text
    curves.show_history(history(1000))
    assert "kept" not in curves.loss_unit.whole_text


@pytest.mark.parametrize(("value", "up", "down"), [(1, 1, 1), (1.01, 2, 1), (0.3, 0.5, 0.2), (700, 1000, 500)])
def test_that_rounding_stops_at_round_numbers(value: float, up: float, down: float) -> None:
    assert round_up(value, COARSE) == pytest.approx(up)
    assert round_down(value, COARSE) == pytest.approx(down)
