"""The canvas under real mouse and key events."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.draw.canvas import PEN_WIDTH, PEN_WIDTHS, DigitCanvas
from cnn_gui.draw.strokes import Stroke
from tests.helpers.strokes import draw_line, load, play, send

PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
LINE = ((0.2, 0.5), (0.5, 0.5), (0.8, 0.5))


@pytest.fixture
def canvas(qtbot: QtBot) -> DigitCanvas:
    widget = DigitCanvas()
    qtbot.addWidget(widget)
    widget.resize(204, 204)
    widget.show()
    return widget


def test_that_a_drag_with_the_left_button_leaves_ink(canvas: DigitCanvas) -> None:
    draw_line(canvas, LINE)
    ink = canvas.ink()
    assert ink.shape == (280, 280)
    assert ink.dtype == np.float32
    assert ink[140, 60:220].min() == 1
    assert ink[:100].max() == 0
    assert [stroke.width for stroke in canvas.strokes] == [PEN_WIDTH]


def test_that_each_move_of_a_stroke_is_announced_with_its_ink_already_there(canvas: DigitCanvas) -> None:
    inked: list[float] = []
    canvas.strokes_changed.connect(lambda: inked.append(float(canvas.ink().sum())))
    draw_line(canvas, LINE)
    assert len(inked) == 3
    assert inked == sorted(set(inked))
    assert inked[-1] == canvas.ink().sum()


def test_that_a_click_alone_makes_a_dot(canvas: DigitCanvas) -> None:
    draw_line(canvas, ((0.5, 0.5),))
    assert canvas.ink()[140, 140] == 1
    assert canvas.ink().sum() == pytest.approx(np.pi * (PEN_WIDTH * 280 / 2) ** 2, rel=0.05)


def test_that_a_second_click_soon_after_the_first_makes_a_second_dot(canvas: DigitCanvas) -> None:
    draw_line(canvas, ((0.3, 0.3),))
    send(canvas, QEvent.Type.MouseButtonDblClick, (0.7, 0.7))
    send(canvas, RELEASE, (0.7, 0.7))
    assert len(canvas.strokes) == 2


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_that_the_other_buttons_neither_draw_nor_erase(canvas: DigitCanvas, button: Qt.MouseButton) -> None:
    draw_line(canvas, LINE)
    before = canvas.strokes
    send(canvas, PRESS, (0.5, 0.5), button)
    send(canvas, MOVE, (0.5, 0.9), button)
    send(canvas, RELEASE, (0.5, 0.9), button)
    assert canvas.strokes == before


def test_that_moving_without_a_button_draws_nothing(canvas: DigitCanvas) -> None:
    send(canvas, MOVE, (0.3, 0.3), Qt.MouseButton.NoButton)
    send(canvas, MOVE, (0.6, 0.6), Qt.MouseButton.NoButton)
    assert canvas.strokes == ()


def test_that_a_release_that_never_arrived_ends_the_stroke_at_the_next_move(canvas: DigitCanvas) -> None:
    send(canvas, PRESS, (0.3, 0.3))
    send(canvas, MOVE, (0.5, 0.3))
    send(canvas, MOVE, (0.9, 0.9), Qt.MouseButton.NoButton)
    assert canvas.strokes == (Stroke(((0.3, 0.3), (0.5, 0.3)), PEN_WIDTH),)


def test_that_drawing_beyond_the_paper_is_clipped_and_comes_back_in(canvas: DigitCanvas) -> None:
    draw_line(canvas, ((0.5, 0.25), (1.5, 0.25), (1.5, 0.75), (0.5, 0.75)))
    ink = canvas.ink()
    assert len(canvas.strokes) == 1
    assert ink[70, 140:280].min() == 1
    assert ink[210, 140:180].min() == 1
    assert ink[100:180, 200:].max() == 0


def test_that_a_press_beside_the_paper_draws_nothing(canvas: DigitCanvas) -> None:
    canvas.resize(400, 200)
    draw_line(canvas, ((-0.2, 0.5), (0.5, 0.5)))
    assert canvas.strokes == ()


def test_that_the_size_of_the_widget_does_not_change_the_ink(canvas: DigitCanvas) -> None:
    drawing = load()[0]
    inks = []
    for side in (128, 300, 604):
        canvas.resize(side, side)
        canvas.clear()
        play(None, canvas, drawing)
        inks.append(canvas.ink())
    assert np.abs(inks[0] - inks[1]).mean() < 0.002
    assert np.abs(inks[1] - inks[2]).mean() < 0.002


def test_that_undo_takes_back_the_last_stroke_with_its_ink(canvas: DigitCanvas) -> None:
    draw_line(canvas, LINE)
    before = canvas.ink()
    draw_line(canvas, ((0.5, 0.1), (0.5, 0.9)))
    assert not np.array_equal(canvas.ink(), before)
    canvas.undo_stroke()
    np.testing.assert_array_equal(canvas.ink(), before)
    canvas.undo_stroke()
    assert not canvas.ink().any()


def test_that_undo_during_a_stroke_takes_back_that_stroke_alone(canvas: DigitCanvas) -> None:
    draw_line(canvas, LINE)
    send(canvas, PRESS, (0.1, 0.1))
    send(canvas, MOVE, (0.3, 0.1))
    canvas.undo_stroke()
    send(canvas, MOVE, (0.6, 0.1))
    send(canvas, RELEASE, (0.6, 0.1))
    assert [stroke.points for stroke in canvas.strokes] == [LINE]


def test_that_clear_and_undo_on_empty_paper_announce_nothing(canvas: DigitCanvas, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.strokes_changed):
        canvas.clear()
        canvas.undo_stroke()


def test_that_clear_takes_everything_in_one_announcement(canvas: DigitCanvas) -> None:
    draw_line(canvas, LINE)
    draw_line(canvas, LINE[:2])
    heard: list[int] = []
    canvas.strokes_changed.connect(lambda: heard.append(len(canvas.strokes)))
    canvas.clear()
    assert heard == [0]
    assert not canvas.ink().any()


def test_that_set_strokes_replaces_the_drawing(canvas: DigitCanvas, qtbot: QtBot) -> None:
    draw_line(canvas, LINE)
    with qtbot.waitSignal(canvas.strokes_changed):
        canvas.set_strokes(load()[3].strokes)
    assert canvas.strokes == load()[3].strokes


def test_that_the_pen_width_holds_for_the_next_stroke_only(canvas: DigitCanvas) -> None:
    draw_line(canvas, LINE)
    canvas.set_pen_width(0.05)
    draw_line(canvas, LINE)
    assert [stroke.width for stroke in canvas.strokes] == [PEN_WIDTH, 0.05]


@pytest.mark.parametrize(("asked", "given"), [(0.0, PEN_WIDTHS[0]), (5.0, PEN_WIDTHS[1]), (0.07, 0.07)])
def test_that_the_pen_width_stays_within_its_limits(canvas: DigitCanvas, asked: float, given: float) -> None:
    canvas.set_pen_width(asked)
    assert canvas.pen_width == given


def test_that_backspace_undoes_delete_clears_and_plus_and_minus_change_the_pen(
    canvas: DigitCanvas, qtbot: QtBot
) -> None:
    for _ in range(3):
        draw_line(canvas, LINE)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(canvas.strokes) == 2
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.strokes == ()
    qtbot.keyClick(canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.pen_width == pytest.approx(PEN_WIDTH + 0.01)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.pen_width == pytest.approx(PEN_WIDTH)


def test_that_the_canvas_keeps_its_keys_from_the_window_and_leaves_it_control_z(qtbot: QtBot) -> None:
    window, canvas = QMainWindow(), DigitCanvas()
    qtbot.addWidget(window)
    window.setCentralWidget(canvas)
    asked: list[str] = []
    for keys in ("Delete", "Backspace", "Ctrl+Z"):
        action = QAction(keys, window, shortcut=keys)
        action.triggered.connect(lambda _checked, keys=keys: asked.append(keys))
        window.addAction(action)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    canvas.setFocus()
    draw_line(canvas, LINE)
    draw_line(canvas, LINE)
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (asked, len(canvas.strokes)) == (["Ctrl+Z"], 2)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert (asked, canvas.strokes) == (["Ctrl+Z"], ())


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("colours", [("#000000", "#ffffff"), ("#ffffff", "#202020"), ("#ffa500", "#ffffff")])
def test_that_paper_and_ink_have_the_datas_colours_in_each_scheme(
    canvas: DigitCanvas, scheme: theme.Tokens, colours: tuple[str, str]
) -> None:
    draw_line(canvas, LINE)
    palette = canvas.palette()
    palette.setColor(palette.ColorRole.Window, QColor(scheme.window))
    canvas.setPalette(palette)
    canvas.set_colours(*map(QColor, colours))
    picture = canvas.grab().toImage()
    assert picture.pixelColor(102, 40).name() == colours[0]
    assert picture.pixelColor(102, 102).name() == colours[1]
    assert canvas.ink()[140, 140] == 1
    assert canvas.ink()[50, 140] == 0


def test_that_empty_paper_says_what_to_do_until_there_is_ink(canvas: DigitCanvas) -> None:
    def marks() -> int:
        image = canvas.grab().toImage()
        return len({image.pixel(x, 102) for x in range(60, 144)})

    assert marks() > 2
    draw_line(canvas, ((0.5, 0.1), (0.5, 0.2)))
    assert marks() == 1


def test_that_the_focus_shows_as_a_ring(qtbot: QtBot, canvas: DigitCanvas) -> None:
    canvas.clearFocus()
    without = canvas.grab().toImage()
    with qtbot.waitActive(canvas):
        canvas.activateWindow()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    ring = canvas.grab().toImage().pixelColor(102, 2)
    assert ring != without.pixelColor(102, 2)
    assert ring.name().upper() == theme.tokens(canvas.palette()).accent
