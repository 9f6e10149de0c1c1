"""The data button: what it offers, what it says of the data, and when it rests."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from cnn_gui import theme
from cnn_gui.datasets.chooser import DataChooser
from cnn_gui.datasets.classes import ClassesDialog
from cnn_gui.datasets.notes import NotesDialog
from cnn_gui.document import Document
from engine.data import catalogue, cifar
from engine.data.dataset import Split
from engine.data.source import parse
from tests.helpers import archives, tiny
from tests.helpers.window import show_window

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the offscreen platform, at a menu


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


def choose(qtbot, chooser: DataChooser, word: str) -> None:
    """Open the menu and click the entry that has *word* in it."""
    menu, action = chooser.menu(), entry(chooser, word)
    menu.popup(chooser.mapToGlobal(QPoint(0, chooser.height())))
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    menu.close()


def answer_with(monkeypatch: pytest.MonkeyPatch, path: str) -> list[str]:
    """Let the file dialogs answer *path*; return a list that gets what they said."""
    offered: list[str] = []

    def file(parent: object, title: str, folder: str, kinds: str) -> tuple[str, str]:
        offered.append(kinds)
        return path, kinds

    def folder(parent: object, title: str) -> str:
        offered.append(title)
        return path

    monkeypatch.setattr(QFileDialog, "getOpenFileName", file)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    return offered


def show(document: Document, source: str, channels: int = 1, classes: int = 4) -> None:
    """Let *document* have data of that many channels and classes from *source*."""
    data = tiny.dataset(classes=classes)
    train, test = (Split(np.repeat(split.images, channels, 1), split.labels) for split in (data.train, data.test))
    document.set_data(replace(data, train=train, test=test), source)


# Other data.


def test_that_the_menu_offers_the_bundled_digits(chooser, qtbot):
    choose(qtbot, chooser, "MNIST")
    assert chooser.asked == ["bundled"]


def test_that_a_chosen_file_is_asked_for_by_its_path(chooser, qtbot, monkeypatch):
    offered = answer_with(monkeypatch, "/data/cifar-10-binary.tar.gz")
    choose(qtbot, chooser, ".npz")
    assert chooser.asked == ["/data/cifar-10-binary.tar.gz"]
    assert "*.npz *.npy *.csv" in offered[0] and "*.gz" in offered[0] and "All files" in offered[0]


def test_that_a_chosen_folder_is_asked_for_by_its_path(chooser, qtbot, monkeypatch):
    offered = answer_with(monkeypatch, "/data/mnist")
    choose(qtbot, chooser, "folder")
    assert chooser.asked == ["/data/mnist"] and "IDX" in offered[0]


@pytest.mark.parametrize("word", [".npz", "folder"])
def test_that_a_cancelled_dialog_asks_for_nothing(chooser, qtbot, monkeypatch, word):
    answer_with(monkeypatch, "")
    choose(qtbot, chooser, word)
    assert chooser.asked == []


def test_that_a_path_that_ends_like_an_option_is_none(chooser, qtbot, monkeypatch):
    answer_with(monkeypatch, "/data/run:old")
    choose(qtbot, chooser, "folder")
    assert [parse(source).path for source in chooser.asked] == ["/data/run:old"]


# Other views of the same data.


def test_that_colour_can_be_made_grey_and_back(chooser, document, qtbot):
    show(document, "/data/c.tgz:crop=8x8", channels=3)
    assert entry(chooser, "grey").isEnabled() and not entry(chooser, "grey").isChecked()
    choose(qtbot, chooser, "grey")
    assert chooser.asked == ["/data/c.tgz:crop=8x8:grey"]
    show(document, chooser.asked[0])
    assert entry(chooser, "grey").isChecked() and chooser.text().startswith("Data: c.tgz (crop=8x8")
    choose(qtbot, chooser, "grey")
    assert chooser.asked[1:] == ["/data/c.tgz:crop=8x8"]


def test_that_what_is_grey_already_offers_no_grey(chooser, document, qtbot):
    show(document, "bundled")
    assert not entry(chooser, "grey").isEnabled()
    choose(qtbot, chooser, "grey")
    assert chooser.asked == []


def test_that_a_view_that_cannot_be_read_leaves_no_tick(chooser, document, qtbot):
    show(document, "/data/cifar.tar.gz", channels=3)
    choose(qtbot, chooser, "grey")
    document.await_data(chooser.asked[0])
    assert entry(chooser, "grey").isChecked() and not entry(chooser, "grey").isEnabled()
    document.set_data_problem("cifar.tar.gz is cut off.")
    assert not entry(chooser, "grey").isChecked() and entry(chooser, "grey").isEnabled()


def dialog_of(qtbot, chooser: DataChooser) -> ClassesDialog:
    choose(qtbot, chooser, "Only some")
    (dialog,) = chooser.findChildren(ClassesDialog)
    qtbot.waitExposed(dialog)
    return dialog


def test_that_classes_are_ticked_with_the_keyboard_and_asked_for_by_name(chooser, document, qtbot):
    show(document, "/data/cifar.tar.gz:grey")
    dialog = dialog_of(qtbot, chooser)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert [dialog.list.item(row).text() for row in range(4)] == ["0", "1", "2", "3"] and not ok.isEnabled()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(dialog.list, key)
    assert dialog.names() == ["1"] and not ok.isEnabled()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(dialog.list, key)
    assert ok.isEnabled()
    qtbot.mouseClick(ok, LEFT)
    assert chooser.asked == ["/data/cifar.tar.gz:grey:classes=1+3"]
    qtbot.waitUntil(lambda: not chooser.findChildren(ClassesDialog))


def test_that_a_tick_can_be_taken_back_with_the_mouse(chooser, document, qtbot):
    show(document, "bundled")
    dialog = dialog_of(qtbot, chooser)
    rows = [dialog.list.visualItemRect(dialog.list.item(row)) for row in range(4)]
    for row, ticked in ((0, ["0"]), (2, ["0", "2"]), (0, ["2"])):
        qtbot.mouseClick(dialog.list.viewport(), LEFT, pos=QPoint(rows[row].left() + 12, rows[row].center().y()))
        assert dialog.names() == ticked
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert chooser.asked == []


def test_that_all_classes_come_back(chooser, document, qtbot):
    show(document, "/data/cifar.tar.gz:classes=cat+dog+bird:grey:classes=cat+dog", classes=2)
    assert not entry(chooser, "Only some").isEnabled()  # two are the fewest
    choose(qtbot, chooser, "All classes")
    assert chooser.asked == ["/data/cifar.tar.gz:grey"]
    show(document, chooser.asked[0])
    assert entry(chooser, "Only some").isEnabled() and not entry(chooser, "All classes").isEnabled()


def test_that_no_view_is_offered_while_there_is_no_data(chooser, document):
    document.await_data("/data/cifar.tar.gz:grey:classes=cat+dog")
    for word in ("grey", "Only some", "All classes"):
        assert not entry(chooser, word).isEnabled()


def test_that_a_real_archive_is_read_in_grey_and_with_two_classes(chooser, document, qtbot, tmp_path):
    (tmp_path / "cifar.tar.gz").write_bytes(gzip.compress(archives.tar(archives.cifar()), 1))
    source = str(tmp_path / "cifar.tar.gz")
    document.set_data(catalogue.load(source), source)
    choose(qtbot, chooser, "grey")
    document.set_data(catalogue.load(chooser.asked[-1]), chooser.asked[-1])
    dialog = dialog_of(qtbot, chooser)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(dialog.list, key)
    qtbot.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), LEFT)
    data = catalogue.load(chooser.asked[-1])
    assert data.image_shape == (1, 32, 32) and data.class_names == ("airplane", "automobile")


# What was done to the data.

NOTES = ("Pixels of x_train go from 0 to 16: stretched to 0 to 255.", "Class <b>9</b> & more has no training image.")


def test_that_notes_on_the_data_are_told_once_and_stay_in_menu_and_tooltip(chooser, document, qtbot):
    said = []
    chooser.noted.connect(said.append)
    show(document, "/data/first.npz")
    assert said == [] and not entry(chooser, "Notes").isVisible() and chooser.icon().isNull()
    noted = replace(document.data.dataset, remarks=NOTES)
    document.set_data(noted, "/data/second.npz")
    assert said == [f"{NOTES[0]} (1 more under Data)"]
    assert entry(chooser, "Notes").text() == "Notes on this data (2)..." and not chooser.icon().isNull()
    assert NOTES[0] in chooser.toolTip()
    document.await_data("/data/third.npz")
    assert not entry(chooser, "Notes").isVisible()
    document.set_data_problem("third.npz is empty.")
    assert entry(chooser, "Notes").isVisible() and len(said) == 1
    choose(qtbot, chooser, "Notes")
    (dialog,) = chooser.findChildren(NotesDialog)
    qtbot.waitExposed(dialog)
    assert dialog.text.toPlainText() == "\n\n".join([noted.name, *NOTES])
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not chooser.findChildren(NotesDialog))


def test_that_the_window_says_what_was_done_to_data_that_was_just_read(qtbot, tmp_path):
    window = show_window(qtbot)
    arrays = archives.arrays(12, 6, 3, 28)
    for part in ("train", "test"):
        arrays[f"x_{part}"] = arrays[f"x_{part}"] // 16
    window.data_chooser.requested.emit(str(archives.write(tmp_path / "levels.npz", arrays)))
    told = "Pixels of x_train and x_test go from 0 to 15: stretched to 0 to 255."
    qtbot.waitUntil(lambda: window.statusBar().currentMessage() == told)


def test_that_cifar_100_offers_its_coarse_classes(chooser, document, qtbot):
    show(document, "/data/some.npz")
    assert not entry(chooser, "coarse").isVisible()
    fine = replace(document.data.dataset, class_names=cifar.PUBLISHED["fine"])
    document.set_data(fine, "/data/cifar-100-binary:grey:classes=baby+boy")
    choose(qtbot, chooser, "coarse")
    assert chooser.asked == ["/data/cifar-100-binary:grey:coarse"]
    show(document, chooser.asked[0])
    assert entry(chooser, "coarse").isChecked()
    choose(qtbot, chooser, "coarse")
    assert chooser.asked[1:] == ["/data/cifar-100-binary:grey"]


# What the button says.


def test_that_a_long_name_is_cut_and_whole_in_the_tooltip(chooser, document):
    name = "cifar-10-binary.tar.gz (grey, classes=airplane+automobile+bird+cat+deer)"
    show(document, f"/data/{name.replace(' (', ':').replace(', ', ':').rstrip(')')}")
    document.set_data(replace(document.data.dataset, name=name), document.data.source)
    assert chooser.text().startswith("Data: cifar-10-binary.tar.gz (") and chooser.text().endswith("…")
    assert chooser.sizeHint().width() < 260 and name in chooser.toolTip()


@pytest.mark.parametrize("notes", [(), ("Classes are odd.",)])
def test_that_a_long_name_leaves_room_for_the_run_bar_in_a_small_window(qapp, qtbot, notes):
    theme.apply(qapp, theme.LIGHT)
    window = show_window(qtbot)
    window.resize(1024, 600)
    window.document.set_data(replace(tiny.dataset(), remarks=notes), "/data/" + "w" * 200 + ".npz")
    qtbot.wait(50)
    assert window.width() == 1024 and window.run_bar.isVisible()
    assert window.run_bar.play_button.visibleRegion().boundingRect() == window.run_bar.play_button.rect()


def test_that_the_tooltip_says_from_how_many_images_the_figures_come(chooser, document):
    document.set_data(tiny.dataset(train=1200, test=1050), "/data/bands.npz")
    assert chooser.text() == "Data: bands.npz"
    assert "1,200 training and 1,050 test images, 2 classes" in chooser.toolTip()
    assert "Test figures come from 1,050 images" in chooser.toolTip()


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
