"""Out of the microscope: the view on show as one picture, and its walk as an animation."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.gradients import GradientsView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.main_window import MainWindow
from tests.helpers.window import open_tiny_window

COPY, PNG, SVG, _, GIF, APNG = range(6)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    for window in open_tiny_window(qtbot, tmp_path):
        window.document.select(window.document.architecture.layers[0].uid)
        window.canvas.opened.emit()
        window.lens.refresh()
        yield window


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a person chooses; it has no suffix."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "picture"), ""))
    return tmp_path / "picture"


def trigger(window: MainWindow, entry: int) -> None:
    menu = window.microscope.export_button.menu()
    menu.aboutToShow.emit()
    menu.actions()[entry].trigger()


def test_that_a_view_becomes_one_svg_of_shapes_and_texts(window: MainWindow, file: Path) -> None:
    trigger(window, SVG)
    root = ElementTree.fromstring(file.with_suffix(".svg").read_bytes())
    words = " ".join("".join(each.itertext()) for each in root.iter())
    assert "Convolution 1" in words and "kernel 0" in words and "output 0" in words and "test image 0" in words
    assert (
        sum(each.tag.endswith(("path", "rect", "polyline")) for each in root.iter()) > 64
    )  # a cell of the output each


def test_that_a_png_is_twice_as_sharp_and_what_is_copied_is_the_same(window: MainWindow, file: Path) -> None:
    trigger(window, PNG)
    with Image.open(file.with_suffix(".png")) as picture:
        assert picture.width == 2 * window.microscope.figure().size.width()
        trigger(window, COPY)
        assert QGuiApplication.clipboard().image().width() == picture.width


@pytest.mark.parametrize(("entry", "suffix"), [(GIF, ".gif"), (APNG, ".apng")])
def test_that_a_walk_becomes_a_frame_for_each_place_and_the_view_is_as_before(
    window: MainWindow, file: Path, entry: int, suffix: str
) -> None:
    view = window.microscope.view
    assert isinstance(view, ConvolutionView)
    view.unfolded.opened.emit(0, (1, 2))
    trigger(window, entry)
    assert view.steps.place == (1, 2) and not window.microscope.export_button.busy
    with Image.open(file.with_suffix(suffix)) as animation:
        assert animation.n_frames == 36  # 6 x 6 places
        animation.seek(0)
        first = animation.convert("RGB").tobytes()
        animation.seek(35)
        assert animation.convert("RGB").tobytes() != first


def test_that_stages_are_a_walk_and_other_views_have_none(window: MainWindow, file: Path) -> None:
    for kind, moves in ((InputGradientView, True), (GradientsView, False)):
        window.microscope.look_through(kind)
        window.lens.refresh()
        window.microscope.export_button.menu().aboutToShow.emit()
        assert window.microscope.export_button.menu().actions()[GIF].isEnabled() == moves
    window.microscope.look_through(InputGradientView)
    window.lens.refresh()
    trigger(window, GIF)
    with Image.open(file.with_suffix(".gif")) as animation:
        assert animation.n_frames >= 6


def test_that_a_folder_that_is_not_there_is_told(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "a.svg"), ""))
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(box.text()))
    trigger(window, SVG)
    assert len(said) == 1 and "There is no such folder; check its name and its folder." in said[0]


def test_that_nothing_is_written_where_nobody_chose_a_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    before = sorted(tmp_path.iterdir())
    for entry in (PNG, SVG, GIF):
        trigger(window, entry)
    assert sorted(tmp_path.iterdir()) == before
