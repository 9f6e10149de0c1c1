"""What the network sees: sharp pixels, and words for the one under the mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from cnn_gui.draw.preview import NetworkInputView


@pytest.fixture
def view(qtbot: QtBot) -> NetworkInputView:
    widget = NetworkInputView()
    qtbot.addWidget(widget)
    widget.resize(160, 220)
    widget.show()
    return widget


def middle_of(view: NetworkInputView, row: int, column: int) -> QPoint:
    picture, (_, rows, columns) = view.picture_rect(), view.image.shape
    x = picture.x() + (column + 0.5) * picture.width() / columns
    return QPoint(int(x), int(picture.y() + (row + 0.5) * picture.height() / rows))


def test_that_each_pixel_is_a_sharp_square_of_its_own_grey(view: NetworkInputView) -> None:
    view.set_image(np.indices((28, 28)).sum(axis=0)[None] % 2 * np.ones((1, 28, 28)))
    shown = view.grab().toImage()
    side = int(view.picture_rect().width() / 28)
    assert side == 5
    for row, column, colour in ((3, 4, "#FFFFFF"), (3, 5, "#000000"), (27, 27, "#000000")):
        middle = middle_of(view, row, column)
        corners = [middle + QPoint(x, y) for x in (-(side // 2), side // 2) for y in (-(side // 2), side // 2)]
        assert {shown.pixelColor(point).name().upper() for point in corners} == {colour}


def test_that_the_caption_tells_the_size_of_the_picture(view: NetworkInputView) -> None:
    assert view.caption().replace("\u00a0", " ") == "Network input: 28 × 28"
    view.set_image(np.zeros((1, 20, 32)))
    assert view.caption().replace("\u00a0", " ") == "Network input: 32 × 20"


def test_that_the_caption_reads_out_the_pixel_under_the_mouse(qtbot: QtBot, view: NetworkInputView) -> None:
    image = np.zeros((1, 28, 28))
    image[0, 3, 17] = 0.8125
    view.set_image(image)
    qtbot.mouseMove(view, middle_of(view, 3, 17))
    assert view.caption().replace("\u00a0", " ") == "Row 3, column 17: 0.81"
    image[0, 3, 17] = 0.25
    view.set_image(image)
    assert view.caption().endswith("0.25")
    qtbot.mouseMove(view, QPoint(2, view.height() - 2))
    assert "28" in view.caption()


def test_that_a_smaller_picture_under_a_resting_mouse_is_read_out_no_further(
    qtbot: QtBot, view: NetworkInputView
) -> None:
    qtbot.mouseMove(view, middle_of(view, 27, 27))
    view.set_image(np.zeros((1, 8, 8)))
    assert "8\u00a0×\u00a08" in view.caption()
    assert not view.grab().isNull()


@pytest.mark.parametrize("shape", [(28, 28), (1, 1), (64, 16), (300, 300), (3, 500)])
def test_that_the_picture_keeps_its_proportions_and_lies_within_the_widget(
    view: NetworkInputView, shape: tuple[int, int]
) -> None:
    view.set_image(np.zeros((1, *shape)))
    rect = view.picture_rect()
    assert rect.width() / rect.height() == pytest.approx(shape[1] / shape[0])
    assert view.rect().contains(rect.toRect())


def test_that_the_picture_is_a_read_only_copy(view: NetworkInputView) -> None:
    image = np.zeros((1, 28, 28), np.float32)
    view.set_image(image)
    image[0, 0, 0] = 1
    assert view.image[0, 0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        view.image[0, 0, 0] = 1


def test_that_three_channels_are_red_green_and_blue_and_each_is_read_out(qtbot: QtBot, view: NetworkInputView) -> None:
    image = np.zeros((3, 4, 4))
    image[:, 1, 2] = (1, 0.5, 0.25)
    view.set_image(image)
    assert view.caption().replace("\u00a0", " ") == "Network input: 4 × 4, 3 channels"
    assert view.grab().toImage().pixelColor(middle_of(view, 1, 2)).getRgb()[:3] == (255, 128, 64)
    qtbot.mouseMove(view, middle_of(view, 1, 2))
    assert view.caption().endswith("1.00 0.50 0.25")
    qtbot.mouseMove(view, middle_of(view, 1, 1))
    assert view.caption().replace("\u00a0", " ") == "Row 1, column 1: 0.00"


def test_that_values_outside_0_to_1_and_nan_are_shown_without_a_warning(view: NetworkInputView) -> None:
    view.set_image(np.array([[[-3.0, 7.0], [np.nan, 0.5]]]))
    shown = view.grab().toImage()
    levels = [shown.pixelColor(middle_of(view, *cell)).lightness() for cell in ((0, 0), (0, 1), (1, 0))]
    assert levels == [0, 255, 0]


@pytest.mark.parametrize("shape", [(28, 28), (1, 1, 28, 28), (1, 0, 28), (0, 28, 28)])
def test_that_what_is_no_picture_is_refused(view: NetworkInputView, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="give an image"):
        view.set_image(np.zeros(shape))
