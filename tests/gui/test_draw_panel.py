"""The draw room as a whole: strokes in, a digit out, an answer back."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.draw.panel import DrawPanel
from engine.data.digits import normalise_digit
from tests.helpers.strokes import Drawing, draw_line, load, play

LINE = ((0.3, 0.3), (0.6, 0.5), (0.6, 0.8))
ANSWER = np.eye(10)[3]


@pytest.fixture
def panel(qtbot: QtBot) -> DrawPanel:
    widget = DrawPanel()
    qtbot.addWidget(widget)
    widget.resize(560, 260)
    widget.show()
    return widget


@pytest.fixture
def heard(panel: DrawPanel) -> list[np.ndarray | None]:
    digits: list[np.ndarray | None] = []
    panel.digit_changed.connect(digits.append)
    return digits


def test_that_each_move_sends_the_digit_as_the_network_wants_it(
    panel: DrawPanel, heard: list[np.ndarray | None]
) -> None:
    draw_line(panel.canvas, LINE)
    assert len(heard) == len(LINE)
    digit = heard[-1]
    assert digit is not None
    assert (digit.shape, digit.dtype, digit.flags.writeable) == ((28, 28), np.float32, False)
    np.testing.assert_array_equal(digit, normalise_digit(panel.canvas.ink()))
    np.testing.assert_array_equal(panel.preview.image, digit)
    assert panel.digit is digit


@pytest.mark.parametrize("drawing", load()[::5], ids=lambda drawing: drawing.name)
def test_that_a_handwritten_digit_arrives_filling_its_box(panel: DrawPanel, qtbot: QtBot, drawing: Drawing) -> None:
    play(qtbot, panel.canvas, drawing)
    assert panel.digit is not None
    box = [int(np.count_nonzero(panel.digit.any(axis=axis))) for axis in (0, 1)]
    assert max(box) == 20
    assert panel.digit.max() > 0.9


def test_that_clearing_sends_none_and_empties_preview_and_bars(
    panel: DrawPanel, qtbot: QtBot, heard: list[np.ndarray | None]
) -> None:
    draw_line(panel.canvas, LINE)
    panel.show_prediction(ANSWER)
    qtbot.mouseClick(panel.tools.clear_button, Qt.MouseButton.LeftButton)
    assert heard[-1] is None
    assert panel.digit is None
    assert not panel.preview.image.any()
    assert panel.bars.rows() == []


def test_that_the_undo_button_takes_back_one_stroke(panel: DrawPanel, qtbot: QtBot) -> None:
    draw_line(panel.canvas, LINE)
    draw_line(panel.canvas, LINE[:2])
    qtbot.mouseClick(panel.tools.undo_button, Qt.MouseButton.LeftButton)
    assert len(panel.canvas.strokes) == 1


def test_that_undo_and_clear_can_be_pressed_only_when_there_is_a_stroke(panel: DrawPanel) -> None:
    buttons = (panel.tools.undo_button, panel.tools.clear_button)
    assert not any(button.isEnabled() for button in buttons)
    draw_line(panel.canvas, LINE)
    assert all(button.isEnabled() for button in buttons)
    panel.canvas.undo_stroke()
    assert not any(button.isEnabled() for button in buttons)


def test_that_a_prediction_shows_and_lifts_the_reason(panel: DrawPanel) -> None:
    panel.show_reason("The network has no layer yet.")
    assert panel.bars.message() == "The network has no layer yet."
    panel.show_prediction(ANSWER)
    assert panel.bars.rows()[3].percent == "100.0 %"
    panel.show_prediction(None)
    assert panel.bars.rows() == []


def test_that_a_reason_outlives_new_strokes_and_new_paper(panel: DrawPanel) -> None:
    panel.show_reason("The network has no layer yet.")
    draw_line(panel.canvas, LINE)
    panel.canvas.clear()
    assert panel.bars.message() == "The network has no layer yet."


def test_that_another_input_shape_sends_the_drawing_again_in_that_shape(
    panel: DrawPanel, heard: list[np.ndarray | None]
) -> None:
    draw_line(panel.canvas, LINE)
    panel.set_input_shape(32, 40)
    assert heard[-1] is not None
    assert heard[-1].shape == panel.preview.image.shape == (32, 40)


def test_that_class_names_reach_the_bars(panel: DrawPanel) -> None:
    panel.set_class_names(["Bag", "Boot"])
    panel.show_prediction(np.array([0.25, 0.75]))
    assert [row.name for row in panel.bars.rows()] == ["Bag", "Boot"]


def test_that_slider_and_pen_agree_and_an_exact_width_is_not_rounded(panel: DrawPanel) -> None:
    panel.tools.pen_slider.setValue(12)
    assert panel.canvas.pen_width == pytest.approx(0.12)
    panel.canvas.set_pen_width(0.0555)
    assert panel.tools.pen_slider.value() == 6
    assert panel.canvas.pen_width == 0.0555
    assert "6 %" in panel.tools.pen_slider.toolTip()


def test_that_following_the_drawing_is_told_once_a_change(panel: DrawPanel, qtbot: QtBot) -> None:
    told: list[bool] = []
    panel.follow_changed.connect(told.append)
    panel.set_follow_drawing(True)
    panel.set_follow_drawing(True)
    assert panel.follow_drawing
    panel.tools.follow_box.setFocus()
    qtbot.keyClick(panel.tools.follow_box, Qt.Key.Key_Space)
    assert told == [True, False]


def test_that_the_panel_is_usable_when_small(panel: DrawPanel) -> None:
    panel.resize(420, 220)
    assert (panel.width(), panel.height()) == (420, 220)
    for part in (panel.canvas, panel.preview, panel.bars):
        assert panel.rect().contains(part.geometry())
        assert part.width() >= 84
    assert panel.canvas.paper().width() >= 150


def test_that_the_box_says_less_where_there_is_little_room_and_its_name_stays_whole(panel: DrawPanel) -> None:
    for width, text in ((420, "Maps follow the drawing"), (330, "Maps follow")):
        panel.resize(width, 220)
        assert panel.width() == width
        assert panel.tools.follow_box.text() == text
        assert panel.tools.follow_box.accessibleName() == "Maps follow the drawing"


def test_that_buttons_have_words_where_there_is_room(panel: DrawPanel) -> None:
    assert panel.tools.clear_button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    panel.resize(800, 300)
    assert panel.tools.clear_button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    panel.resize(420, 220)
    assert panel.tools.clear_button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly


def test_that_every_part_has_a_name_for_screen_readers_and_a_tooltip(panel: DrawPanel) -> None:
    tools = panel.tools
    controls = (panel.canvas, panel.preview, panel.bars, tools.pen_slider, tools.undo_button)
    for part in (*controls, tools.clear_button, tools.follow_box):
        assert part.accessibleName()
        assert part.toolTip()


def test_that_icons_take_the_colour_of_a_new_scheme(qapp, panel: DrawPanel) -> None:
    theme.apply(qapp, theme.DARK)
    image = panel.tools.pen_icon.pixmap().toImage()
    drawn = {
        image.pixelColor(x, y).name().upper()
        for x in range(16)
        for y in range(16)
        if image.pixelColor(x, y).alpha() == 255
    }
    theme.apply(qapp, theme.LIGHT)
    assert theme.DARK.muted in drawn
