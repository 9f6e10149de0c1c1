"""The names of pages in as many rows as they need."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnn_gui.plots.page_bar import PageBar

PAGES = [(name, f"About {name}") for name in ("Forward", "Matrix", "Read counts", "Gradients", "dC/dX", "dC/dW")]


def test_that_every_name_is_in_sight_however_narrow_the_bar_is(qtbot: QtBot) -> None:
    bar = PageBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.set_pages(PAGES)
    heights = []
    for width in (700, 300, 160):
        bar.resize(width, bar.height())
        heights.append(bar.height())
        assert all(bar.rect().contains(button.geometry()) for button in bar.buttons)
        places = [button.geometry() for button in bar.buttons]
        assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[:n])
    assert heights == sorted(heights) and heights[0] < heights[2]


def test_that_a_click_chooses_a_page_and_only_its_button_is_down(qtbot: QtBot) -> None:
    bar = PageBar()
    qtbot.addWidget(bar)
    bar.set_pages(PAGES)
    bar.resize(700, bar.height())
    bar.show()
    bar.show_page(0)
    with qtbot.waitSignal(bar.chosen, check_params_cb=lambda number: number == 3):
        qtbot.mouseClick(bar.buttons[3], Qt.MouseButton.LeftButton)
    assert [button.isChecked() for button in bar.buttons] == [n == 3 for n in range(6)]
    bar.set_pages(PAGES[:2])
    assert [button.text() for button in bar.buttons] == ["Forward", "Matrix"]
    bar.show_page(-1)
    assert not any(button.isChecked() for button in bar.buttons)


def test_that_names_move_closer_together_before_they_need_another_row(qtbot: QtBot) -> None:
    bar = PageBar()
    qtbot.addWidget(bar)
    bar.set_pages(PAGES)
    bar.resize(bar.whole_width, bar.height())
    bar.show()
    one_row = bar.height()
    bar.resize(bar.whole_width - 6 * len(PAGES), bar.height())
    assert bar.height() == one_row
    for button in bar.buttons:
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8
