"""Where a file went is told in the window, with the way to it; foreign names stay plain text."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import file_manager
from cnn_gui.main_window import MainWindow
from cnn_gui.plots import export
from cnn_gui.progress import ProgressDialog
from tests.helpers.window import open_tiny_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were opened."""
    folders: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: not folders.append(url.toLocalFile()))
    return folders


def test_that_a_saved_project_is_named_with_its_folder_which_a_button_opens(
    window: MainWindow, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_manager.sys, "platform", "linux")
    line = window.written_line
    window.say("Training.")
    assert line.isHidden()  # what is newer takes its place
    assert window.files.save()
    assert line.isVisible() and line.label.whole_text == f"Saved tiny.cnn to {tmp_path}"
    assert not window.statusBar().currentMessage()
    line.button.click()
    assert opened == [str(tmp_path)]
    window.say("Training.")
    assert line.isHidden()


def test_that_a_saved_project_is_named_until_what_is_open_is_not_in_it(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = window.written_line
    assert window.files.save() and line.isVisible()
    window.document.set_settings(replace(window.document.settings, epochs=7))
    assert line.isHidden()
    assert window.files.save() and line.isVisible()
    window.document.file.leave()  # a preset: another project, untitled
    assert line.isHidden()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "maps"), ""))
    export.save(window.lens.maps, "Maps", "csv", lambda: b"1,2")
    window.document.set_settings(replace(window.document.settings, epochs=8))
    assert line.isVisible()  # the picture is as it was


def test_that_an_exported_picture_and_its_numbers_are_named_too(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "a <b>&amp; picture"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), ""))
    export.save(window.lens.maps, "Maps", "csv", lambda: b"1,2")
    line = window.written_line
    assert line.isVisible() and line.label.whole_text == f"Saved {name}.csv to {tmp_path}"
    assert line.label.textFormat() is Qt.TextFormat.PlainText and "<b>" not in line.label.toolTip()
    export.save(window.lens.maps, "Maps", "png", lambda: None)  # cancelled: nothing was written
    assert line.label.whole_text.startswith(f"Saved {name}.csv")


@pytest.mark.parametrize(
    ("platform", "program"), [("win32", ["explorer.exe", "/select,"]), ("darwin", ["/usr/bin/open", "-R"])]
)
def test_that_the_file_is_selected_where_the_system_can_and_else_its_folder_opens(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch, platform: str, program: list[str]
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(file_manager.sys, "platform", platform)
    monkeypatch.setattr(QProcess, "startDetached", lambda name, arguments: (not started.append([name, *arguments]), 1))
    file = tmp_path / "x.png"
    assert file_manager.show(file) and opened == [str(tmp_path)] and not started  # it is gone by now
    file.touch()
    assert file_manager.show(file) and started == [[*program, str(file)]] and len(opened) == 1


def test_that_the_words_of_a_progress_dialog_stand_above_its_bar(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = ProgressDialog("Save the animation", "Recording <i>it</i>...", window)
    dialog.setMaximum(10)
    dialog.setValue(5)
    dialog.show()
    label, bar = dialog.findChild(QLabel), dialog.findChild(QProgressBar)
    assert not bar.isTextVisible() and label.geometry().bottom() < bar.geometry().top()
    assert label.textFormat() is Qt.TextFormat.PlainText and label.text() == "Recording <i>it</i>..."


def test_that_no_progress_bar_of_the_window_has_a_text_in_its_few_pixels(window: MainWindow, qtbot: QtBot) -> None:
    window.microscope.stack.prepare()
    window.compare_implementations()
    bars = window.findChildren(QProgressBar)
    assert len(bars) >= 2 and not any(bar.isTextVisible() for bar in bars)
