"""The way from scores to the loss, number by number."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.views.scoring import ScoringView
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.text import number, parts
from engine.architecture import new_layer
from engine.layer import Array
from tests.helpers.lens import document_of, frame_of, point_at_row, shown

LAST = {"cross-entropy": "softmax", "binary cross-entropy": "sigmoid", "mean squared error": "tanh"}


def ended(loss: str, last: str = "", label: int | None = 1) -> Frame:
    """Return the frame of a last layer after a dense layer of three units."""
    layers = new_layer("flatten"), new_layer("dense", units=3), new_layer(last or LAST[loss])
    return frame_of(document_of(*layers, loss=loss, classes=3), 2, label)


def column(table: BarTable, title: str) -> Array:
    return next(each.values for each in table.columns if each.title == title)


def n(value: float) -> str:
    return number(float(value), 3)


def test_that_softmax_and_cross_entropy_are_told_step_by_step(qtbot: QtBot) -> None:
    frame = ended("cross-entropy")
    view, trace = shown(qtbot, ScoringView, frame), frame.trace
    assert trace is not None
    z, p = trace.layers[2].input, trace.layers[2].output
    powers = np.exp(z - max(z))
    for title, expected in (
        ("logit z", z), ("z − max", z - max(z)), ("exp", powers), ("p", powers / sum(powers)), ("y", [0, 1, 0]),
        ("dC/dz", p - [0, 1, 0]),
    ):  # fmt: skip
        assert column(view.table, title) == pytest.approx(expected)
    assert view.table.marked == (1,)
    assert view.lines.texts[0].endswith(f"with max = {n(max(z))} and the sum of the exponentials = {n(sum(powers))}")
    assert view.lines.texts[2] == f"Loss C = −log p of class 1 = −log({n(p[1])}) = {n(-np.log(p[1]))}"
    assert view.lines.texts[3] == "y is 1 for class 1, the image's actual class, and 0 for the others."
    point_at_row(view.table, 2)
    assert view.table.spot == 2
    assert view.lines.texts[1].startswith("class 2: p = exp(") and view.lines.texts[1].endswith(f" = {n(p[2])}")
    assert view.lines.texts[4] == f"class 2: dC/dz = (p − y) / N = ({n(p[2])} − 0) / 1 = {n(p[2])}"


def test_that_a_probability_near_one_is_told_by_what_it_lacks(qtbot: QtBot) -> None:
    frame = ended("cross-entropy")
    model = frame._model
    assert model is not None
    model.parameters.flat[...] = 0
    model.parameters.layers[1]["bias"][1] = 12.0
    view = shown(qtbot, ScoringView, frame)
    lacks = 2 / (np.exp(12) + 2)
    assert view.lines.texts[2].startswith(f"Loss C = −log p of class 1 = −log(1 − {n(lacks)}) = {n(lacks)}")
    assert view.table.columns[4].written(1) == f"1 − {n(lacks)}"
    more = n(2 * np.exp(-12))
    assert view.lines.texts[1] == f"class 1: p = exp(12 − 12) / (1 + {more}) = 1 / (1 + {more}) = 1 − {n(lacks)}"


def test_that_a_probability_near_one_has_room_among_many_classes(qtbot: QtBot) -> None:
    layers = new_layer("flatten"), new_layer("dense", units=40), new_layer("softmax")
    frame = frame_of(document_of(*layers, classes=40), 2)
    model = frame._model
    assert model is not None
    model.parameters.flat[...] = 0
    model.parameters.layers[1]["bias"][:3] = 700.0, 665.0, 30.0
    table = shown(qtbot, ScoringView, frame).table
    metrics, p = table.fontMetrics(), table.columns[4]
    written = [p.written(row) for row in range(40)]
    assert written[0].startswith("1 − ") and written[2].endswith("·10⁻²⁹¹") and written[3].endswith("·10⁻³⁰⁵")
    for side in (0, 1):  # of the decimal point
        room, needed = (max(metrics.horizontalAdvance(parts(text)[side]) for text in each) for each in (p.few, written))
        assert room >= needed


def test_that_a_sigmoid_with_binary_cross_entropy_is_told(qtbot: QtBot) -> None:
    frame = ended("binary cross-entropy")
    view, trace = shown(qtbot, ScoringView, frame), frame.trace
    assert trace is not None
    z = trace.layers[2].input
    a, y = 1 / (1 + np.exp(-z)), np.array([0, 1, 0])
    terms = -(y * np.log(a) + (1 - y) * np.log(1 - a)) / 3
    assert column(view.table, "a") == pytest.approx(a) and column(view.table, "loss") == pytest.approx(terms)
    assert column(view.table, "dC/dz") == pytest.approx((a - y) / 3)
    assert view.lines.texts[0].endswith(f"divided by 3 = {n(sum(terms))}")
    point_at_row(view.table, 0)
    told = f"class 0: a = 1 / (1 + exp(−z)) = {n(a[0])}; dC/dz = (a − y) / (classes · N) = ({n(a[0])} − 0) / (3 · 1)"
    assert view.lines.texts[2] == f"{told} = {n(a[0] / 3)}"


@pytest.mark.parametrize("last", ["tanh", "softmax"])
def test_that_a_mean_squared_error_is_told_for_any_last_layer(qtbot: QtBot, last: str) -> None:
    frame = ended("mean squared error", last)
    view, trace = shown(qtbot, ScoringView, frame), frame.trace
    assert trace is not None
    o, y = trace.layers[2].output, np.array([0, 1, 0])
    assert column(view.table, "p" if last == "softmax" else "output o") == pytest.approx(o)
    assert column(view.table, "loss") == pytest.approx((o - y) ** 2 / 3)
    assert column(view.table, "dC/dO") == pytest.approx(2 * (o - y) / 3)
    point_at_row(view.table, 2)
    assert f"Loss C = sum of (o − y)² / 3 = {n(sum((o - y) ** 2) / 3)}" in view.lines.texts
    assert view.lines.texts[-1].endswith(f"/ (3 · 1) = {n(2 * o[2] / 3)}")
    assert any("the sum of the exponentials" in text for text in view.lines.texts) == (last == "softmax")


def test_that_without_a_true_class_the_likeliest_counts_as_right(qtbot: QtBot) -> None:
    frame = ended("cross-entropy", label=None)
    view = shown(qtbot, ScoringView, frame)
    assert frame.prediction is not None
    best = frame.prediction[0]
    assert view.table.marked == (best,)
    assert (
        view.lines.texts[3] == f"y is 1 for class {best}, the most likely class, because the actual class is not known."
    )


def test_that_it_suits_the_last_layer_and_every_softmax() -> None:
    layers = new_layer("flatten"), new_layer("softmax"), new_layer("dense", units=2)
    document = document_of(*layers, loss="mean squared error")
    assert [ScoringView.suits(frame_of(document, layer)) for layer in range(3)] == [False, True, True]


def test_that_a_softmax_that_is_not_the_last_has_no_loss(qtbot: QtBot) -> None:
    layers = new_layer("flatten"), new_layer("softmax"), new_layer("dense", units=2)
    view = shown(qtbot, ScoringView, frame_of(document_of(*layers, loss="mean squared error"), 1))
    assert [each.title for each in view.table.columns] == ["class", "logit z", "z − max", "exp", "p", ""]
    assert len(view.lines.texts) == 2 and view.table.rows == 64
    view.table.verticalScrollBar().setValue(100)
    point_at_row(view.table, 20)
    assert view.lines.texts[1].startswith("class 20: p = exp(")


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_it_is_painted_at_any_size(qapp: QApplication, qtbot: QtBot, scheme: theme.Tokens) -> None:
    theme.apply(qapp, scheme)
    view = shown(qtbot, ScoringView, ended("cross-entropy"))
    for width, height in ((400, 520), (900, 800), (200, 300)):
        view.resize(width, height)
        assert not view.grab().isNull()
    theme.apply(qapp, theme.LIGHT)
