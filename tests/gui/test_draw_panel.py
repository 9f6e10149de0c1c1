"""The draw room as a whole: strokes in, a digit out, an answer back."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.draw.panel import DrawPanel
from cnn_gui.draw.strokes import Stroke
from engine.data.appearance import Appearance, Placing
from engine.data.digits import normalise_digit, stroke_widths
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
    drawings: list[np.ndarray | None] = []
    panel.drawing_changed.connect(drawings.append)
    return drawings


def test_that_each_move_sends_the_digit_as_the_network_wants_it(
    panel: DrawPanel, heard: list[np.ndarray | None]
) -> None:
    draw_line(panel.canvas, LINE)
    assert len(heard) == len(LINE)
    drawing = heard[-1]
    assert drawing is not None
    assert (drawing.shape, drawing.dtype, drawing.flags.writeable) == ((1, 28, 28), np.float32, False)
    np.testing.assert_array_equal(drawing[0], normalise_digit(panel.canvas.ink()))
    np.testing.assert_array_equal(panel.preview.image, drawing)
    assert panel.drawing is drawing


@pytest.mark.parametrize("drawing", load()[::5], ids=lambda drawing: drawing.name)
def test_that_a_handwritten_digit_arrives_filling_its_box(panel: DrawPanel, qtbot: QtBot, drawing: Drawing) -> None:
    play(qtbot, panel.canvas, drawing)
    assert panel.drawing is not None
    box = [int(np.count_nonzero(panel.drawing[0].any(axis=axis))) for axis in (0, 1)]
    assert max(box) == 20
    assert panel.drawing.max() > 0.9


def test_that_clearing_sends_none_and_empties_preview_and_bars(
    panel: DrawPanel, qtbot: QtBot, heard: list[np.ndarray | None]
) -> None:
    draw_line(panel.canvas, LINE)
    panel.show_prediction(ANSWER)
    qtbot.mouseClick(panel.tools.clear_button, Qt.MouseButton.LeftButton)
    assert heard[-1] is None
    assert panel.drawing is None
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
    panel.set_input((3, 32, 40), Appearance.of_mnist((3, 32, 40)))
    assert heard[-1] is not None
    assert heard[-1].shape == panel.preview.image.shape == (3, 32, 40)


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


# What the network reads is a property of its data.


def test_that_a_network_of_dark_ink_on_white_gets_and_shows_dark_ink_on_white(
    panel: DrawPanel, heard: list[np.ndarray | None]
) -> None:
    look = Appearance((1.0,), (0.125,), Placing.MASS, 20, (1.76, 3.75))
    panel.set_input((1, 28, 28), look)
    draw_line(panel.canvas, LINE)
    drawing = heard[-1]
    assert drawing is not None
    np.testing.assert_allclose(drawing[0], 1 - 0.875 * normalise_digit(panel.canvas.ink()), atol=1e-6)
    assert "dark ink on light paper" in panel.preview.toolTip()
    paper = panel.canvas.paper().toRect()
    shown = panel.canvas.grab().toImage()
    assert shown.pixelColor(paper.topLeft() + paper.center() / 8).lightness() == 255
    here = paper.topLeft() + QPoint(round(0.6 * paper.width()), round(0.6 * paper.height()))
    assert shown.pixelColor(here).lightness() == 32
    seen = panel.preview.picture_rect()
    assert panel.preview.grab().toImage().pixelColor(seen.topLeft().toPoint() + QPoint(3, 3)).lightness() == 255


def test_that_empty_paper_of_light_data_is_empty(panel: DrawPanel, heard: list[np.ndarray | None]) -> None:
    panel.set_input((1, 28, 28), Appearance((1.0,), (0.0,), Placing.MASS, 20, (1.76, 3.75)))
    assert heard == [None] and panel.drawing is None
    assert (panel.preview.image == 1).all()


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_that_ink_looks_the_same_in_both_schemes(qapp, panel: DrawPanel, scheme: theme.Tokens) -> None:
    theme.apply(qapp, scheme)
    draw_line(panel.canvas, ((0.2, 0.5), (0.8, 0.5)))
    for view, rect in ((panel.canvas, panel.canvas.paper()), (panel.preview, panel.preview.picture_rect())):
        image = view.grab().toImage()
        corner = rect.topLeft().toPoint() + QPoint(8, 8)
        levels = (image.pixelColor(rect.center().toPoint()).lightness(), image.pixelColor(corner).lightness())
        assert levels == (255, 0)
    theme.apply(qapp, theme.LIGHT)


@pytest.mark.parametrize("channels", [1, 3])
def test_that_photographs_are_told_to_be_no_drawings(panel: DrawPanel, channels: int) -> None:
    assert panel.note.isHidden()
    panel.set_input((channels, 32, 32), Appearance.of_photographs((channels, 32, 32)))
    draw_line(panel.canvas, ((0.05, 0.05), (0.2, 0.05)))
    assert panel.note.isVisible() and "photographs" in panel.note.whole_text
    for told in (panel.note.toolTip(), panel.preview.toolTip()):
        assert "the whole sheet" in told and ("all 3 channels" in told) == (channels == 3)
    assert panel.drawing is not None and panel.drawing.shape == (channels, 32, 32)
    assert (panel.drawing == panel.drawing[0]).all()
    assert panel.drawing[:, :5].max() == 1 and panel.drawing[:, 8:].max() == 0  # the sheet as it is
    panel.set_input((1, 28, 28), Appearance.of_mnist((1, 28, 28)))
    assert panel.note.isHidden()


@pytest.mark.parametrize("pen", [0.04, 0.09, 0.16])
def test_that_drawings_for_data_of_whole_sheets_have_its_strokes_where_they_were_drawn(
    panel: DrawPanel, pen: float
) -> None:
    panel.set_input((1, 64, 64), Appearance((0.0,), (1.0,), Placing.FREE, 45, (3.0, 3.5)))
    panel.canvas.set_strokes([Stroke(((0.25, 0.25), (0.25, 0.75)), pen)])
    assert panel.drawing is not None
    assert 2.7 <= stroke_widths(panel.drawing)[0] <= 3.6
    across, down = (panel.drawing[0].sum(axis=axis) for axis in (0, 1))
    assert across.argmax() in (15, 16) and np.flatnonzero(down > 1).tolist()[0] in (14, 15)


@pytest.mark.parametrize("size", [0.06, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("pen", [0.04, 0.09, 0.16])
def test_that_a_drawing_of_any_size_has_strokes_as_thick_as_mnists(panel: DrawPanel, size: float, pen: float) -> None:
    """A digit drawn small once became fat when it was enlarged: 9 px for strokes of 2.5."""
    for each in load()[::7]:
        points = np.concatenate([stroke.points for stroke in each.strokes])
        low, high = points.min(axis=0), points.max(axis=0)
        factor, corner = size / (high - low).max(), np.array([0.12, 0.15])
        moved = (np.array(stroke.points) * factor - low * factor + corner for stroke in each.strokes)
        panel.canvas.set_strokes(Stroke(tuple(map(tuple, line)), pen) for line in moved)
        assert panel.drawing is not None
        assert 1.4 <= stroke_widths(panel.drawing)[0] <= 5.2  # more where lines cross
