"""Whatever is drawn from numbers gives these numbers out."""

import csv
import errno
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractScrollArea, QFileDialog, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import saving
from cnn_gui.lens.why.sum_bar import SumBar
from cnn_gui.plots import export
from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.confusion_view import ConfusionView
from cnn_gui.plots.export import Numbers
from cnn_gui.plots.function_plot import FunctionPlot
from cnn_gui.plots.grid import Grid
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.histogram import Bins, HistogramView
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.tiles import Maps
from cnn_gui.plots.trend import Trend, TrendView
from engine.trace.contributions import Contributions
from tests.helpers.dialogs import answering


def curve() -> QWidget:
    view = FunctionPlot("ReLU")
    view.show_curve(np.array([-1.0, 0.5]), np.array([0.0, 0.5]), np.zeros(0, int), np.zeros(2, bool))
    return view


def histogram() -> QWidget:
    view = HistogramView()
    view.show_bins(Bins(np.array([1, 3]), 2.0, 0.1, 0.2), ColorMap.WEIGHTS, "all values")
    return view


def trend() -> QWidget:
    view = TrendView()
    view.show_trend(Trend("weight", "w", np.array([1.0, 2.0]), np.array([0.5, -0.5])))
    return view


def confusion() -> QWidget:
    view = ConfusionView()
    view.show_counts(np.array([[5, 1], [0, 7]]), np.array([5 / 6, 1.0]), np.array([1.0, 7 / 8]), ("cat", "dog"))
    return view


def table() -> QWidget:
    view = BarTable()
    view.show_columns([Column("input", np.array([0.0, 1.0])), Column("share", np.array([0.25, -2.0]))], "shares")
    return view


def grid() -> QWidget:
    view = GridView()
    view.show_grid(Grid(np.array([[1.0, -2.0]]), ColorMap.ACTIVATIONS, 2.0, "output 0"))
    return view


def mosaic() -> QWidget:
    view = MosaicCanvas()
    view.show_tiles(Maps(np.array([[[1.0, -2.0]], [[0.5, 0.0]]])), ColorMap.ACTIVATIONS, 2.0)
    return view


def logit() -> QWidget:
    view = SumBar()
    image = np.array([[[2.0, -0.5]]])
    view.show_sum(Contributions(1.75, image, (0.25,)))
    return view


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (curve, "x\ty\n-1.0\t0.0\n0.5\t0.5"),
        (histogram, "from\tto\tvalues\n-2.0\t0.0\t1.0\n0.0\t2.0\t3.0"),
        (trend, "step\tw\n1.0\t0.5\n2.0\t-0.5"),
        (confusion, "\tcat\tdog\ncat\t5\t1\ndog\t0\t7"),
        (table, "input\tshare\n0.0\t0.25\n1.0\t-2.0"),
        (grid, "1.0\t-2.0"),
        (mosaic, "channel 0\t1.0\t-2.0\nchannel 1\t0.5\t0.0"),
        (logit, "pixels for\t2.0\npixels against\t-0.5\nbiases\t0.25"),
    ],
)
def test_that_a_picture_gives_out_its_numbers(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, make: Callable[[], QWidget], text: str
) -> None:
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    view = make()
    qtbot.addWidget(view)
    view.resize(300, 200)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), QPoint(5, 5))
    QGuiApplication.sendEvent(view.viewport() if isinstance(view, QAbstractScrollArea) else view, event)
    (menu,) = view.findChildren(QMenu)
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == text
    menu.close()


TABLES: Any = arrays.arrays(float, arrays.array_shapes(min_dims=2, max_dims=2, max_side=4), elements=st.floats())


@given(TABLES, st.data())
def test_that_every_number_of_a_file_is_exact_and_every_name_in_its_place(values: np.ndarray, data: Any) -> None:
    names = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=5)
    rows, columns = ([data.draw(names) for _ in range(n)] if data.draw(st.booleans()) else [] for n in values.shape)
    lines = list(csv.reader(StringIO(Numbers(values, "any", rows, columns).csv().decode(), newline="")))
    if columns:
        assert lines.pop(0)[bool(rows) :] == columns
    if rows:
        assert [line.pop(0) for line in lines] == rows
    assert np.array_equal(np.array(lines, float), values, equal_nan=True)


# Saving to a file.


@pytest.mark.parametrize(
    ("typed", "saved"), [("mine", "mine.csv"), ("rate 0.01", "rate 0.01.csv"), ("a.csv", "a.csv"), ("A.CSV", "A.CSV")]
)
def test_that_an_export_always_gets_its_suffix(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, saved: str
) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / typed), ""))
    export.save(view, "numbers", "csv", lambda: b"1,2")
    assert [path.name for path in tmp_path.glob("*[vV]")] == [saved]


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_that_a_file_that_only_the_suffix_hits_is_not_replaced_without_a_question(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    (tmp_path / "exist.csv").write_text("somebody's work")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "exist"), ""))
    with answering(qtbot, getattr(QMessageBox.StandardButton, answer)) as asked:
        export.save(view, "numbers", "csv", lambda: b"1,2")
    assert "exist.csv already exists" in asked[0]
    assert (tmp_path / "exist.csv").read_text() == ("1,2" if answer == "Yes" else "somebody's work")


def test_that_a_full_disk_is_told_with_what_helps(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    view, said = QWidget(), list[str]()
    qtbot.addWidget(view)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.csv"), ""))
    monkeypatch.setattr("engine.files.atomic.write_bytes", full)
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(box.text()))
    export.save(view, "numbers", "csv", lambda: b"1,2")
    assert len(said) == 1 and "free some space there" in said[0] and "permission" not in said[0]


@pytest.mark.parametrize(
    ("title", "name"), [("a/b", "a-b"), ('<img src="x">:*?', "-img src=-x-----"), ("con\nv", "con-v"), (" . ", "")]
)
def test_that_a_proposed_name_can_be_one_on_any_system(title: str, name: str) -> None:
    assert saving.usable_name(title) == name
