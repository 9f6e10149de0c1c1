"""What the application remembers between starts, and what it does with settings that make no sense."""

import pytest
from PySide6.QtCore import QByteArray, QSettings
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
