"""Names of files and classes, and whatever else a file holds, are shown as they are: no markup, no keys, no links."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import app, plain_text
from cnn_gui.datasets.classes import ClassesDialog
from cnn_gui.main_window import MainWindow
from engine.files.project import Project, save
from engine.health import LayerHealth
from engine.history import EpochResult, History
from engine.settings import TrainingSettings
from tests.helpers import archives, tiny, walk
from tests.helpers.window import show_window

MARK = "<img src=/dev/zero>"
NAMES = tuple(f"{MARK} &{letter} <a href=file:/>{letter}</a>" for letter in "AB")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = show_window(qtbot)
    yield window
    for box in window.findChildren(QMessageBox):
        box.close()


def hostile_project(folder: Path) -> Path:
    """Write a project whose file, data, classes and layers' labels are called by markup, and return its path."""
    data = replace(tiny.dataset(train=40), class_names=NAMES)
    parts = {f"x_{part}": getattr(data, part).images for part in ("train", "test")}
    parts |= {f"y_{part}": getattr(data, part).labels for part in ("train", "test")}
    source = archives.write(folder / "<img src=x> &data.npz", parts | {"class_names": np.array(NAMES)})
    history = History()
    history.add_step(1.0, 0.5)
    health = (LayerHealth("a", f"{MARK} &L", 0.0, 1.0, 0.0, 1.0, 0.1),)
    history.epochs.append(EpochResult(1, 1, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 10.0, health))
    path = folder / "<img src=x> &net [*].cnn"
    save(path, Project(tiny.architecture(), TrainingSettings(), (1, 8, 8), NAMES, str(source), {}, history))
    return path


def changed(path: Path, **values: Any) -> Path:
    """Write *values* into the project.json of the file at *path*."""
    with zipfile.ZipFile(path) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    project = json.loads(entries["project.json"])
    entries["project.json"] = json.dumps(project | values).encode()
    path.write_bytes(archives.packed(entries))
    return path


def look_at_everything(qtbot: QtBot, window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Go through every page of every layer, the test set, a drawing's answer and the dialogs; yield after each."""
    window.complete()
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)
    assert window.document.data.dataset is not None, window.document.data.problem
    yield "the network", window
    for spec in window.document.architecture.layers:
        window.document.select(spec.uid)
        window.lens.opened.emit()
        for kind in window.microscope.kinds:
            window.microscope.look_through(kind)
            qtbot.wait(20)
            yield f"{spec.type.label}, {kind.__name__}", window.microscope
        qtbot.keyClick(window.microscope, Qt.Key.Key_Escape)
    window.results_door.open()
    qtbot.waitUntil(lambda: window.results.reader.reading is not None)
    for page in range(window.results.tabs.count()):
        window.results.tabs.setCurrentIndex(page)
        qtbot.wait(20)
        yield "the test set", window.results
    dialog = ClassesDialog(window.document.data.class_names, window)
    dialog.open()
    yield "some classes", dialog


def test_that_nothing_shows_names_as_markup_or_keys(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.files.open_path(hostile_project(tmp_path))
    seen: set[str] = set()
    for place, page in look_at_everything(qtbot, window):
        found = walk.tips(page)
        assert [tip for tip in found if walk.is_markup(tip)] == [], place
        assert [*walk.markup("<img")] == [], place
        assert walk.guessing_labels() == [], place
        seen |= walk.places(MARK) | {"a tip" for tip in found if MARK in tip.replace("&lt;", "<").replace("&gt;", ">")}
    assert {"a tip", "QListWidget.text"} <= seen, "the names were looked for where they are not"


def test_that_the_title_of_the_window_is_the_file_s_name(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.files.open_path(hostile_project(tmp_path))
    assert window.windowTitle() == "<img src=x> &net [*][*][*]"  # Qt shows [*][*] as [*], and the last as the star


@pytest.mark.parametrize(
    "values",
    [
        {"version": f"{MARK}" * 1000},
        {"format": MARK},
        {"input_shape": [MARK]},
        {"settings": {"optimizer": MARK * 1000}},
        {"settings": {MARK * 1000: 1}},
        {"architecture": [{"uid": "a", "type": MARK * 1000}]},
        {"architecture": [{"uid": "a", "type": "relu", MARK * 1000: 1}]},
        {"architecture": [{"uid": "a", "type": "conv2d", "padding": MARK * 1000}]},
        {"class_names": [MARK * 1000]},
    ],
    ids=lambda values: next(iter(values)),
)
def test_that_a_refusal_shows_what_the_file_holds_as_text(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, values: dict[str, Any]
) -> None:
    assert not window.files.open_path(changed(hostile_project(tmp_path), **values))
    box = window.findChild(QMessageBox)
    assert box is not None and box.textFormat() == Qt.TextFormat.PlainText
    assert len(box.text()) < 700, "a message that fills the screen"
    assert walk.markup("<img") == []


def test_that_data_that_cannot_be_read_is_told_as_text(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = changed(hostile_project(tmp_path), data_source=f"/nowhere/{MARK}/&data")
    assert window.files.open_path(path)
    qtbot.waitUntil(lambda: bool(window.document.data.problem), timeout=10_000)
    assert walk.markup(MARK) == [] and walk.guessing_labels() == []
    assert MARK in window.findChild(QMessageBox).text()


def test_that_questions_name_the_file_as_it_is(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.files.open_path(hostile_project(tmp_path))
    box = plain_text.message_box(QMessageBox.Icon.Question, "", window.files.title, window)
    assert box.text() == "<img src=x> &net [*]" and box.textFormat() == Qt.TextFormat.PlainText


def test_that_the_data_s_name_on_its_button_makes_no_key(qtbot: QtBot, window: MainWindow) -> None:
    data = replace(tiny.dataset(), name="a&b")
    window.document.set_data(data, "a&b.npz")
    assert window.data_chooser.text() == "Data: a&&b.npz"


@pytest.mark.parametrize(
    ("text", "tip"),
    [
        ("7 < 8 & 9", "7 < 8 & 9"),
        (MARK, "<p style='white-space: pre-wrap'>&lt;img src=/dev/zero&gt;</p>"),
        ("&lt;b", "<p style='white-space: pre-wrap'>&amp;lt;b</p>"),
    ],
)
def test_that_a_tooltip_is_escaped_where_qt_would_take_it_for_markup(text: str, tip: str) -> None:
    assert plain_text.tooltip(text) == tip


def test_that_a_label_shows_its_text_as_it_is(qtbot: QtBot) -> None:
    label, plain = plain_text.PlainLabel(MARK), QLabel()
    plain.setTextFormat(Qt.TextFormat.PlainText)
    plain.setText(MARK)
    for each in (label, plain):
        qtbot.addWidget(each)
    assert label.sizeHint() == plain.sizeHint() and label.sizeHint().width() > 60


def test_that_the_shipped_network_shows_no_text_by_guess(qtbot: QtBot, window: MainWindow) -> None:
    app.open_first(window, [])
    window.complete()
    window.microscope.stack.prepare()
    assert walk.guessing_labels() == []
