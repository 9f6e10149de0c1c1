"""The start of the application: the first project, the command line, the scheme, and a process that ends cleanly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cnn_gui import app, settings, theme
from cnn_gui.document import Document
from cnn_gui.main_window import MainWindow
from engine.files.project import save
from tests.helpers import tiny
from tests.helpers.dialogs import told
from tests.helpers.window import show_window, write_data


@pytest.fixture
def window(qtbot) -> MainWindow:
    return show_window(qtbot)


@pytest.fixture
def project(qapp, tmp_path) -> Path:
    """A project of a tiny network, in a file."""
    document = Document()
    document.set_data(tiny.dataset(), str(write_data(tmp_path / "bands.npz", tiny.dataset())))
    document.replace(tiny.architecture(), "Load")
    save(tmp_path / "mine.cnn", document.project())
    return tmp_path / "mine.cnn"


def test_that_a_first_start_shows_the_trained_network_and_what_to_do_with_it(window, qtbot):
    app.open_first(window, [])
    assert window.windowTitle() == "Untitled[*]" and not window.isWindowModified()
    assert len(window.document.architecture.layers) == 13 and window.document.problem is None
    assert "draw a digit" in window.statusBar().currentMessage()
    qtbot.waitUntil(window.run_bar.play_button.isEnabled, timeout=10_000)
    assert window.draw.follow_drawing and window.document.selected == window.document.architecture.layers[0].uid
    assert window.document.settings.validation > 0


def test_that_a_project_on_the_command_line_is_what_opens(window, qtbot, project):
    app.open_first(window, [str(project)])
    assert window.windowTitle() == "mine[*]" and window.document.file.path == project
    qtbot.waitUntil(lambda: window.document.data.dataset is not None)
    assert window.document.data.dataset.name == "bands.npz" and not window.document.file.modified
    assert "LeNet-5" not in window.statusBar().currentMessage()
    assert not window.draw.follow_drawing


@pytest.mark.parametrize(("name", "sentence"), [("gone.cnn", "No such file"), ("bad.cnn", "is not a zip archive")])
def test_that_a_bad_path_on_the_command_line_is_told_and_the_first_project_opens(
    window, qtbot, tmp_path, name, sentence
):
    (tmp_path / "bad.cnn").write_text("hello")
    app.open_first(window, [str(tmp_path / name)])
    text = told(qtbot)
    assert name in text and sentence in text
    assert window.windowTitle() == "Untitled[*]" and len(window.document.architecture.layers) == 13
    qtbot.waitUntil(window.run_bar.play_button.isEnabled, timeout=10_000)


@pytest.mark.parametrize(
    ("chosen", "asked", "dark"),
    [
        ("dark", Qt.ColorScheme.Light, True),
        ("light", Qt.ColorScheme.Dark, False),
        ("system", Qt.ColorScheme.Dark, True),
        ("system", Qt.ColorScheme.Light, False),
    ],
)
def test_that_the_scheme_is_the_one_chosen_or_else_the_desktops(qapp, monkeypatch, chosen, asked, dark):
    monkeypatch.setattr(theme, "system_tokens", lambda: theme.DARK if asked is Qt.ColorScheme.Dark else theme.LIGHT)
    settings.set_scheme(chosen)
    try:
        app.apply_scheme(qapp)
        assert theme.tokens(QApplication.palette()).dark is dark
    finally:
        theme.apply(qapp, theme.LIGHT)


_PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from cnn_gui import app

def look(window):
    if window.document.data.dataset is None:
        return QTimer.singleShot(20, lambda: look(window))
    print(window.windowTitle(), window.document.data.dataset.name, flush=True)
    QTimer.singleShot(0, window.close)

class Watched(app.MainWindow):
    def __init__(self):
        super().__init__()
        QTimer.singleShot(20, lambda: look(self))

app.MainWindow = Watched
sys.exit(app.run(["cnn-gui", *sys.argv[1:]]))
"""


def test_that_the_whole_application_starts_with_a_project_and_qts_own_options_and_ends_quietly(project, tmp_path):
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROGRAM, "-style", "fusion", str(project)],
        capture_output=True, text=True, timeout=60, check=False, env=environment,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "mine[*] bands.npz\n"), done.stderr
    assert "Traceback" not in done.stderr and "QThread" not in done.stderr
