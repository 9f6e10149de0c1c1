"""What the application remembers between starts, and what it does with settings that make no sense."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from cnn_gui import settings


@pytest.fixture
def window(qtbot) -> QMainWindow:
    return build(qtbot)


def build(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    splitter = QSplitter()
    splitter.setObjectName("middle")
    for _ in range(2):
        splitter.addWidget(QWidget())
    window.setCentralWidget(splitter)
    window.resize(600, 300)
    window.show()
    qtbot.waitExposed(window)
    return window


def sizes(window: QMainWindow) -> list[int]:
    return window.centralWidget().sizes()


@pytest.mark.parametrize("name", settings.SCHEMES)
def test_that_each_scheme_is_remembered(qapp, name):
    settings.set_scheme(name)
    QSettings().sync()
    assert settings.scheme() == name


def test_that_the_system_decides_until_somebody_chooses(qapp):
    assert settings.scheme() == "system"


@pytest.mark.parametrize("nonsense", ["purple", "", 7, ["light", "dark"], QByteArray(b"\x00\xff")])
def test_that_a_scheme_that_does_not_exist_means_the_systems(qapp, nonsense):
    QSettings().setValue("scheme", nonsense)
    assert settings.scheme() == "system"


def test_that_the_size_and_the_splitters_come_back(window, qtbot):
    window.resize(640, 360)
    window.centralWidget().setSizes([100, 500])
    wanted = sizes(window)
    settings.save_layout(window)
    other = build(qtbot)
    assert sizes(other) != wanted
    settings.restore_layout(other)
    assert (other.size(), sizes(other)) == (window.size(), wanted)


def test_that_a_first_start_leaves_the_layout_alone(window):
    before = window.size(), sizes(window)
    settings.restore_layout(window)
    assert (window.size(), sizes(window)) == before


@pytest.mark.parametrize("nonsense", ["text", 5, QByteArray(b"not a layout"), QByteArray()])
def test_that_a_layout_that_makes_no_sense_is_ignored(window, nonsense):
    for key in ("geometry", "splitter/middle"):
        QSettings().setValue(key, nonsense)
    before = window.size(), sizes(window)
    settings.restore_layout(window)
    assert (window.size(), sizes(window)) == before


@pytest.mark.parametrize("percent", settings.TEXT_SIZES)
def test_that_each_text_size_is_remembered(qapp, percent):
    settings.set_text_size(percent)
    QSettings().sync()
    assert settings.text_size() == percent


@pytest.mark.parametrize("nonsense", ["large", "", 0, -100, 5000, "1e2", ["100"], QByteArray(b"\x00\xff")])
def test_that_a_text_size_that_does_not_exist_means_the_usual_one(qapp, nonsense):
    QSettings().setValue("text_size", nonsense)
    assert settings.text_size() == 100


DAMAGE = {
    "zeros": bytes(4096), "noise": bytes(range(256)) * 40, "cut off": b"[General]\nscheme=@Variant(\\0\\0",
    "too large": b"[General]\nx=" + b"y" * (5 * 2**20), "no values": b"\xff\xfe[[[=;",
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGE)
def test_that_a_damaged_settings_file_never_stops_the_start(qtbot, how):
    path = Path(QSettings().fileName())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(DAMAGE[how])
    QSettings().sync()
    aside = settings.set_damaged_aside()
    if how in ("zeros", "too large", "noise"):
        assert aside is not None and aside.name == f"{path.name}.damaged" and aside.read_bytes() == DAMAGE[how]
    assert settings.scheme() == "system" and settings.text_size() == 100 and settings.side_panel()
    window = build(qtbot)
    settings.restore_layout(window)
    settings.set_scheme("dark")
    QSettings().sync()
    assert settings.set_damaged_aside() is None and settings.scheme() == "dark"


def test_that_a_folder_in_the_place_of_the_settings_is_set_aside(qapp):
    path = Path(QSettings().fileName())
    path.mkdir(parents=True)
    settings.set_damaged_aside()
    settings.set_scheme("light")
    QSettings().sync()
    assert settings.scheme() == "light" and path.is_file()


_START = """
from PySide6.QtWidgets import QApplication
from cnn_gui import app, settings
made = app.create(["cnn-gui"])
print(settings.scheme())
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="settings are no plain file there")
@pytest.mark.parametrize("link", [False, True])
def test_that_a_pipe_in_the_place_of_the_settings_is_set_aside_before_it_is_read(tmp_path, link):
    folder = tmp_path / "cnn-gui"
    folder.mkdir()
    os.mkfifo(tmp_path / "pipe")
    if link:
        (folder / "cnn-gui.conf").symlink_to(tmp_path / "pipe")
    else:
        (tmp_path / "pipe").rename(folder / "cnn-gui.conf")
    done = subprocess.run(
        [sys.executable, "-c", _START], capture_output=True, text=True, timeout=30, check=True,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout == "system\n" and (folder / "cnn-gui.conf.damaged").exists()


def test_that_settings_that_are_well_stay(qapp):
    settings.set_scheme("dark")
    QSettings().sync()
    before = Path(QSettings().fileName()).read_bytes()
    assert settings.set_damaged_aside() is None and Path(QSettings().fileName()).read_bytes() == before


@pytest.mark.parametrize("place", [(-9000, -9000), (90_000, 40_000), (700, 500)])
@pytest.mark.parametrize("size", [(300, 200), (9000, 7000)])
def test_that_a_window_comes_back_on_the_screen_and_no_larger_than_it(qtbot, place, size):
    window = build(qtbot)
    window.setGeometry(*place, *size)
    settings.keep_on_screen(window)
    room = window.screen().availableGeometry()
    assert room.contains(window.frameGeometry()) and window.frameGeometry().width() >= min(size[0], room.width())


@given(noise=st.binary(max_size=400))
@hypothesis.settings(max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_that_whatever_is_remembered_the_window_comes_back(qtbot, noise):
    for key in ("geometry", "splitter/middle", "scheme", "text_size", "side_panel"):
        QSettings().setValue(key, QByteArray(noise))
    window = QMainWindow()
    splitter = QSplitter()
    splitter.setObjectName("middle")
    window.setCentralWidget(splitter)
    settings.restore_layout(window)
    assert settings.scheme() == "system" and settings.text_size() in settings.TEXT_SIZES
    room = window.screen().availableGeometry()
    assert window.width() <= room.width() and window.height() <= room.height()
    window.deleteLater()


def test_that_a_window_that_fits_is_not_moved_before_its_frame_is_known(qtbot, monkeypatch):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(40, 60, 400, 300)
    moved = []
    monkeypatch.setattr(window, "move", lambda *place: moved.append(place))
    settings.keep_on_screen(window)  # a window manager adds its title bar above what move() asks for
    assert moved == []


def test_that_a_window_that_is_not_shown_yet_leaves_room_for_its_title_bar(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(0, 0, 9000, 7000)
    settings.keep_on_screen(window)
    assert window.height() < QGuiApplication.primaryScreen().availableGeometry().height()
