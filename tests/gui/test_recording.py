"""A walk as an animation: what each frame shows, and what is kept of it."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui.lens.recording import Steps, record
from cnn_gui.plots.animation import Animation
from cnn_gui.plots.figure import Figure


class Sheet(QWidget):
    """One colour."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        palette = self.palette()
        palette.setColor(self.backgroundRole(), QColor(colour))
        self.setPalette(palette)


@pytest.fixture
def pair(qtbot: QtBot) -> Iterator[tuple[QWidget, Sheet, Sheet]]:
    """A red sheet beside a blue one."""
    view, left, right = QWidget(), Sheet("#ff0000"), Sheet("#0000ff")
    row = QHBoxLayout(view)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    for sheet in (left, right):
        row.addWidget(sheet)
    qtbot.addWidget(view)
    view.resize(80, 40)
    view.show()
    qtbot.waitExposed(view)
    yield view, left, right


def frames(content: bytes) -> list[np.ndarray]:
    with Image.open(BytesIO(content)) as animation:
        shown = []
        for n in range(animation.n_frames):
            animation.seek(n)
            shown.append(np.asarray(animation.convert("RGB")).astype(int))
        return shown


@pytest.mark.parametrize("suffix", ["gif", "apng"])
def test_that_a_frame_shows_what_has_come_to_be_seen_where_it_belongs(
    pair: tuple[QWidget, Sheet, Sheet], suffix: str
) -> None:
    view, left, _ = pair

    def walk() -> Steps:
        for seen in (True, False, True):
            left.setVisible(seen)
            yield 100

    animation = record(Figure(view), 1, walk)
    assert animation is not None
    both, blue, again = frames(animation.encoded(suffix))
    assert both[20, 10].tolist() == [255, 0, 0] and both[20, 70].tolist() == [0, 0, 255]
    assert (blue == [0, 0, 255]).all() and (again == both).all()


def test_that_frames_are_as_large_as_the_largest(pair: tuple[QWidget, Sheet, Sheet]) -> None:
    view = pair[0]

    def walk() -> Steps:
        for width in (40, 80):
            view.resize(width, 40)
            yield 100

    animation = record(Figure(view), 2, walk)
    assert animation is not None
    assert [frame.shape for frame in frames(animation.encoded("apng"))] == [(80, 160, 3)] * 2
    assert Figure(view).image(2, QSize(100, 50)).size() == QSize(200, 100)


def test_that_a_recording_ends_once_it_is_not_to_go_on(pair: tuple[QWidget, Sheet, Sheet]) -> None:
    heard: list[tuple[int, int]] = []

    def goes_on(done: int, count: int) -> bool:
        heard.append((done, count))
        return done < 2

    def walk() -> Steps:
        yield from (100, 100, 100)

    assert record(Figure(pair[0]), 1, walk, goes_on) is None
    assert heard == [(1, 3), (2, 3)]


def test_that_an_apng_keeps_changes_alone_and_shows_all() -> None:
    rng = np.random.default_rng(0)
    noise = rng.choice(np.array([0xFF102030, 0xFFC0B0A0, 0xFF000000, 0xFFFFFFFF], np.uint32), (60, 60))
    pictures = []
    for n in range(4):
        noise = noise.copy()
        noise[n, n], noise[-1 - n, -1 - n] = 0xFF00FF00, 0xFF00FF00  # far apart: what is around both is the whole
        pictures.append(QImage(noise.tobytes(), 60, 60, QImage.Format.Format_RGB32))
    animation = Animation(pictures)
    for picture in pictures:
        animation.add(picture, 100)
    content = animation.encoded("apng")
    assert all((shown == frame).all() for shown, frame in zip(frames(content), _pixels(pictures), strict=True))
    alone = Animation(pictures[:1])
    alone.add(pictures[0], 100)
    assert len(content) < 2 * len(alone.encoded("apng"))


def _pixels(pictures: list[QImage]) -> Iterator[np.ndarray]:
    for picture in pictures:
        values = np.frombuffer(picture.constBits(), np.uint8).reshape(60, 60, 4)
        yield values[..., 2::-1].astype(int)
