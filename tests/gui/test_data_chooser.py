"""The data button: what it offers, what it says of the data, and when it rests."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from cnn_gui.datasets.chooser import DataChooser
from cnn_gui.document import Document
from tests.helpers import tiny


@pytest.fixture
def document(qapp) -> Document:
    return Document()


@pytest.fixture
def chooser(qtbot, document) -> DataChooser:
    chooser = DataChooser(document)
    qtbot.addWidget(chooser)
    chooser.show()
    qtbot.waitExposed(chooser)
    chooser.asked = []
    chooser.requested.connect(chooser.asked.append)
    return chooser


def entry(chooser: DataChooser, word: str) -> QAction:
    return next(action for action in chooser.menu().actions() if word in action.text())


def choose_file(monkeypatch: pytest.MonkeyPatch, path: str) -> list[str]:
    """Let the file dialog answer *path*; return a list that gets the filters it offered."""
    offered: list[str] = []

    def answer(parent: object, title: str, folder: str, kinds: str) -> tuple[str, str]:
        offered.append(kinds)
        return path, kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    return offered


def test_that_the_menu_offers_the_bundled_digits(chooser):
    entry(chooser, "MNIST").trigger()
    assert chooser.asked == ["bundled"]


def test_that_a_chosen_file_is_asked_for_by_its_path(chooser, monkeypatch):
    offered = choose_file(monkeypatch, "/data/mine.npz")
    entry(chooser, ".npz").trigger()
    assert chooser.asked == ["/data/mine.npz"] and "*.npz" in offered[0]


def test_that_a_cancelled_file_dialog_asks_for_nothing(chooser, monkeypatch):
    choose_file(monkeypatch, "")
    entry(chooser, ".npz").trigger()
    assert chooser.asked == []


def test_that_the_tooltip_says_from_how_many_images_the_figures_come(chooser, document):
    document.set_data(tiny.dataset(train=1200, test=1050), "/data/bands.npz")
    assert chooser.text() == "Data: bands.npz"
    assert "1,200 training and 1,050 test images, 2 classes" in chooser.toolTip()
    assert "Test figures are from 1,050 images" in chooser.toolTip()


def test_that_the_bundled_digits_have_a_name(chooser, document):
    document.set_data(tiny.dataset(), "bundled")
    assert chooser.text() == "Data: MNIST digits"


def test_that_what_is_being_read_is_named_until_it_is_there(chooser, document):
    document.set_data(tiny.dataset(), "/data/first.npz")
    document.await_data("/data/second.npz")
    assert chooser.text() == "Data: second.npz" and "still being read" in chooser.toolTip()
    document.set_data(tiny.dataset(classes=4), "/data/second.npz")
    assert chooser.text() == "Data: second.npz" and "4 classes" in chooser.toolTip()


def test_that_after_a_failure_the_data_that_is_there_is_named_again(chooser, document):
    document.set_data(tiny.dataset(), "/data/first.npz")
    document.await_data("/data/second.npz")
    document.set_data_problem("second.npz is cut off.")
    assert chooser.text() == "Data: first.npz" and "training" in chooser.toolTip()


def test_that_an_opened_project_names_its_data_and_why_it_is_missing(chooser, document, tmp_path):
    other = Document()
    other.set_data(tiny.dataset(), str(tmp_path / "gone.npz"))
    document.show_project(other.project(), Path("a.cnn"))
    assert chooser.text() == "Data: gone.npz" and "still being read" in chooser.toolTip()
    document.set_data_problem("gone.npz: No such file.")
    assert chooser.text() == "Data: gone.npz" and chooser.toolTip() == "gone.npz: No such file."


def test_that_the_button_rests_while_a_run_lasts(chooser, document):
    document.set_locked(True)
    assert not chooser.isEnabled()
    document.set_locked(False)
    assert chooser.isEnabled()
