"""The microscope in the window: a layer in the place of the network, and its sums of products step by step."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QSplitter
from pytestqt.qtbot import QtBot

from cnn_gui import motion, settings, theme
from cnn_gui.lens.layer_strip import LayerStrip
from cnn_gui.lens.step.transport import Transport
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import ALL
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.grid_view import GridView
from cnn_gui.window.microscope_door import INSIDE, NETWORK
from cnn_gui.window.zoom import Zoom
from engine.architecture import Architecture, new_layer
from engine.data.dataset import Split, pixels
from engine.trace.convolution import ConvolutionTrace
from engine.trace.record import LayerTrace
from tests.helpers import tiny
from tests.helpers.window import show_window

FIRST, SECOND, RELU = range(3)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with two convolutions, the second of which has six channels and reads padding."""
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(), "bundled")
    first, second = new_layer("conv2d", filters=6), new_layer("conv2d", filters=5, kernel_size=2, padding=1)
    window.document.replace(Architecture((first, second, *tiny.architecture().layers[1:])), "Load it")
    select(window, SECOND)
    window.canvas.opened.emit()
    window.lens.refresh()
    yield window


def select(window: MainWindow, layer: int) -> None:
    window.document.select(window.document.architecture.layers[layer].uid)
    window.lens.refresh()


def view_of(window: MainWindow) -> ConvolutionView:
    assert isinstance(window.microscope.view, ConvolutionView)
    return window.microscope.view


def traced(window: MainWindow, layer: int) -> LayerTrace:
    """The layer's trace of test image 0."""
    document = window.document
    assert document.tracer is not None and document.data.dataset is not None
    test: Split = document.data.dataset.test
    return document.tracer.trace(pixels(test.images[:1]), test.labels[:1]).layers[layer]


def values(view: GridView) -> np.ndarray:
    assert view.grid is not None
    return view.grid.values


def centre(view: GridView, cell: tuple[int, int]) -> QPoint:
    assert view.placement is not None
    return view.placement.cell(cell).center().toPoint()


def test_that_a_double_click_on_a_card_opens_it_and_escape_goes_back(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert window.middle.currentIndex() == NETWORK and window.focusWidget() is window.canvas
    place = window.canvas.card_center(window.document.architecture.layers[FIRST].uid)
    qtbot.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.middle.currentIndex() == INSIDE
    qtbot.waitUntil(lambda: window.microscope.head.heading.text() == "Convolution 1")


@pytest.mark.parametrize("way", ["key", "button"])
def test_the_other_ways_in_and_out(qtbot: QtBot, window: MainWindow, way: str) -> None:
    qtbot.mouseClick(window.microscope.head.back_button, Qt.MouseButton.LeftButton)
    assert window.middle.currentIndex() == NETWORK
    if way == "key":
        qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    else:
        qtbot.mouseClick(window.lens.inside_button, Qt.MouseButton.LeftButton)
    assert window.middle.currentIndex() == INSIDE


def test_that_a_click_on_empty_space_closes_no_page_and_leaves_no_detail(qtbot: QtBot, window: MainWindow) -> None:
    microscope = window.microscope
    for opened in (False, True):
        if opened:
            open_a_sum(qtbot, window, (3, 4))
        for kind in microscope.kinds if not opened else [ConvolutionView]:
            microscope.look_through(kind)
            window.lens.refresh()
            for part in (microscope, microscope.view, microscope.head, microscope.head.strip, microscope.pages):
                assert part is not None
                for place in (QPoint(2, part.height() - 3), QPoint(part.width() - 3, part.height() - 3)):
                    if part.childAt(place) is None:
                        QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=place)
            assert window.middle.currentIndex() == INSIDE and isinstance(microscope.view, kind)
        microscope.look_through(ConvolutionView)
        window.lens.refresh()
        assert view_of(window).steps.isVisible() == opened


def test_that_a_sum_says_where_it_is_and_its_page_is_a_click_up(qtbot: QtBot, window: MainWindow) -> None:
    view, head = view_of(window), window.microscope.head
    assert not head.trail.isVisible()
    ways_up = (head.trail.page_button, next(b for b in window.microscope.pages.buttons if b.text() == "Forward"))
    for button in ways_up:
        open_a_sum(qtbot, window, (3, 4))
        seen = (head.heading, head.trail.page_button, head.trail.detail)
        assert [part.text() for part in seen] == ["Convolution 2", "Forward", "output (3, 4)"]
        assert all(part.isVisible() for part in seen)
        view.steps.transport.step(1)
        assert head.trail.detail.text() == "output (3, 5)"
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert view.unfolded.isVisible() and not head.trail.isVisible() and window.middle.currentIndex() == INSIDE
        qtbot.mouseClick(ways_up[1], Qt.MouseButton.LeftButton)
        assert window.middle.currentIndex() == INSIDE  # at the top there is nothing above


def test_that_another_page_has_no_detail_of_the_one_before(qtbot: QtBot, window: MainWindow) -> None:
    open_a_sum(qtbot, window, (1, 2))
    window.microscope.look_through(WeightsView)
    window.lens.refresh()
    trail = window.microscope.head.trail
    assert not trail.isVisible()
    assert isinstance(window.microscope.view, WeightsView)
    window.microscope.view.select(3)
    assert trail.isVisible() and trail.detail.text() == "filter 3" and trail.page_button.text() == "Weights"
    qtbot.mouseClick(trail.page_button, Qt.MouseButton.LeftButton)
    assert window.microscope.view.mosaic.canvas.selected == -1 and not trail.isVisible()


def open_a_sum(qtbot: QtBot, window: MainWindow, cell: tuple[int, int]) -> None:
    """Open the sum of one output of the convolution on show, as a person does."""
    share = view_of(window).unfolded.rows[0][2]
    qtbot.mouseClick(share, Qt.MouseButton.LeftButton, pos=centre(share, cell))
    assert view_of(window).steps.isVisible()


def test_that_a_map_unfolds_into_the_shares_of_its_channels(qtbot: QtBot, window: MainWindow) -> None:
    unfolded, trace = view_of(window).unfolded, ConvolutionTrace(traced(window, SECOND))
    shown = unfolded.channels.shown
    for page in range(-(-6 // shown)):
        for row, (source, kernel, share) in enumerate(unfolded.rows):
            plane = shown * page + row
            assert source.isVisible() == (row < shown and plane < 6)
            if source.isVisible():
                assert (values(source) == trace.padded[plane]).all()
                assert (values(kernel) == trace.weight[0, plane]).all()
                np.testing.assert_allclose(values(share), trace.forward(0).parts[plane])
        qtbot.mouseClick(unfolded.pager.on_button, Qt.MouseButton.LeftButton)
    np.testing.assert_allclose(values(unfolded.output), traced(window, SECOND).output[0])


def test_that_a_click_on_a_share_opens_its_sum_and_escape_goes_up_one_level_each_time(
    qtbot: QtBot, window: MainWindow
) -> None:
    view = view_of(window)
    share = view.unfolded.rows[2][2]
    qtbot.mouseClick(share, Qt.MouseButton.LeftButton, pos=centre(share, (3, 4)))
    assert view.steps.isVisible() and view.steps.place == (3, 4) and view.steps.plane.value() == 2
    qtbot.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert view.unfolded.isVisible() and window.middle.currentIndex() == INSIDE
    qtbot.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert window.middle.currentIndex() == NETWORK


def test_that_a_right_click_is_for_the_menu_and_does_not_go_back(qtbot: QtBot, window: MainWindow) -> None:
    share = view_of(window).unfolded.rows[0][2]
    qtbot.mouseClick(share, Qt.MouseButton.RightButton, pos=centre(share, (1, 1)))
    assert window.middle.currentIndex() == INSIDE


def test_that_pointing_takes_the_window_there(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    view.unfolded.opened.emit(0, (0, 0))
    QApplication.processEvents()  # the layout
    steps, lane = view.steps, ConvolutionTrace(traced(window, SECOND)).forward(0)
    for cell in ((2, 5), (6, 6)):
        qtbot.mouseMove(steps.output, centre(steps.output, cell))
        terms = lane.terms(*cell)
        assert steps.place == cell
        np.testing.assert_allclose(values(steps.patch), terms.values[0])
        np.testing.assert_allclose(values(steps.products), terms.products[0])
        assert steps.source.highlighted[0] == lane.window(*cell)
    qtbot.mouseMove(steps.source, centre(steps.source, (4, 1)))
    assert steps.place == lane.place_over(4, 1)
    qtbot.mouseMove(steps.kernel, centre(steps.kernel, (1, 0)))
    rows, cols = lane.window(*steps.place)
    assert list(steps.source.highlighted[1]) == [(rows.start + 1, cols.start)]
    assert list(steps.products.highlighted[1]) == list(steps.patch.highlighted[1]) == [(1, 0)]


def test_that_every_plane_of_a_sum_can_be_seen(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    view.unfolded.opened.emit(0, (1, 1))
    for plane in range(6):
        view.steps.plane.setValue(plane)
        lane = ConvolutionTrace(traced(window, SECOND)).forward(0)
        assert (values(view.steps.kernel) == lane.kernel[plane]).all()
        assert view.steps.lines.texts[0].startswith(f"channel {plane}:")


def test_that_another_map_is_a_click_away(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    view.maps.canvas.setFocus()
    qtbot.keyClick(view.maps.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(view.maps.canvas, Qt.Key.Key_Right)
    assert view.filter == view.maps.canvas.selected == 1
    np.testing.assert_allclose(values(view.unfolded.output), traced(window, SECOND).output[1])


def test_that_the_neighbours_of_a_layer_are_a_click_away(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(window.microscope.head.previous_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.microscope.head.heading.text() == "Convolution 1")
    assert not window.microscope.head.previous_button.isEnabled()
    np.testing.assert_allclose(values(view_of(window).unfolded.output), traced(window, FIRST).output[0])
    assert window.microscope.head.next_button.isEnabled()


def test_that_a_click_on_a_pages_name_leaves_the_keys_to_the_layer(qtbot: QtBot, window: MainWindow) -> None:
    first, second = window.microscope.pages.buttons[:2]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert second.isChecked() and window.focusWidget() is window.microscope


def test_that_every_layer_of_the_network_is_a_click_away_and_the_open_one_alone_is_in_colour(
    qtbot: QtBot, window: MainWindow
) -> None:
    strip, layers = window.microscope.head.strip, window.document.architecture.layers
    assert [button.accessibleName() for button in strip.buttons][:2] == ["Convolution 1", "Convolution 2"]
    for number in (0, len(layers) - 1, 1):
        QTest.mouseClick(strip.buttons[number], Qt.MouseButton.LeftButton)
        assert window.document.selected == layers[number].uid
        window.lens.refresh()
        assert [button.isChecked() for button in strip.buttons] == [n == number for n in range(len(layers))]
        saturations = [colourful(button) for button in strip.buttons]
        assert saturations[number] == max(saturations) > 2 * min(saturations)
        seen = strip.viewport().rect()
        assert seen.contains(strip.buttons[number].mapTo(strip.viewport(), strip.buttons[number].rect().center()))


def test_that_the_names_of_all_layers_stand_in_the_strip_and_long_ones_are_cut_where_there_is_no_room(
    qtbot: QtBot,
) -> None:
    strip, layers = LayerStrip(), (new_layer(name) for name in ("conv2d", "batch_norm", "relu", "global_average_pool"))
    qtbot.addWidget(strip)
    strip.show_layers(Architecture(tuple(layers)), 0)
    strip.show()
    labels = ["Convolution", "Batch norm", "ReLU", "Global average"]
    for width, cut in ((700, ()), (100, (0, 1, 3))):
        strip.resize(width, strip.height())
        for number, (button, label) in enumerate(zip(strip.buttons, labels, strict=True)):
            assert button.text().endswith("…") if number in cut else button.text() == label, width
            assert button.fontMetrics().horizontalAdvance(button.text()) < button.width()
    assert strip.height() < 1.5 * theme.TARGET


def test_that_the_strip_follows_edits_of_the_network(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    document.append("tanh")
    window.lens.refresh()
    names = [button.accessibleName() for button in window.microscope.head.strip.buttons]
    assert len(names) == len(document.architecture.layers) and "Tanh 1" in names
    document.undo_stack.undo()
    window.lens.refresh()
    strip = window.microscope.head.strip
    assert len(strip.buttons) == len(document.architecture.layers) == strip.wire.row.count() - 1


def test_that_there_is_room_for_the_pictures_while_there_is_nothing_to_build(qtbot: QtBot, window: MainWindow) -> None:
    inside, before = window.middle.width(), window.palette_view.isVisible()
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert not before and window.palette_view.isVisible() and window.lens.inside_button.isVisible()
    qtbot.waitUntil(lambda: window.middle.width() < inside)


def test_that_going_in_and_out_leaves_every_room_as_wide_as_it_was(qtbot: QtBot, window: MainWindow) -> None:
    whole = window.findChild(QSplitter, "whole")
    assert whole is not None
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    QApplication.processEvents()
    before = whole.sizes()
    for _ in range(3):
        window.canvas.opened.emit()
        QApplication.processEvents()
        assert whole.sizes()[2] == before[2]
        QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
        QApplication.processEvents()
        assert whole.sizes() == before


def test_that_a_window_that_was_closed_inside_a_layer_opens_with_its_palette(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.palette_view.isVisible())
    width = window.palette_view.width()
    window.canvas.opened.emit()
    settings.save_layout(window)
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    settings.restore_layout(window)
    qtbot.waitUntil(lambda: window.palette_view.width() == width)


def colourful(button: QAbstractButton) -> float:
    """Return how far from grey the most colourful pixel of its icon is."""
    image = button.icon().pixmap(button.iconSize()).toImage()
    colours = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return max(colour.saturationF() * colour.alphaF() for colour in colours)


def test_that_it_says_why_there_is_nothing(window: MainWindow) -> None:
    document = window.document
    document.select("")
    window.lens.refresh()
    assert "Select a layer" in window.microscope.stack.message.text() and window.microscope.stack.message.isVisible()
    assert not window.microscope.head.words_button.isEnabled()
    document.replace(Architecture((new_layer("dense"),)), "Break it")
    document.select(document.architecture.layers[0].uid)
    window.lens.refresh()
    assert "cannot work" in window.microscope.stack.message.text()


def test_that_a_sample_and_a_step_are_named(window: MainWindow) -> None:
    assert window.microscope.head.about.whole_text.startswith("test image 0 · initial weights · 5 @ 2×2")
    window.lens.set_sample(np.zeros((1, 8, 8), np.float32), "your drawing")
    window.lens.refresh()
    assert window.microscope.head.about.whole_text.startswith("your drawing · initial weights")


def test_the_worked_example(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    document.set_data(tiny.dataset(size=4), "bundled")
    layers = (
        new_layer("conv2d", filters=1, kernel_size=2, bias=False),
        new_layer("flatten"),
        new_layer("dense", units=2),
    )
    document.replace(Architecture((*layers, new_layer("softmax"))), "Load it")
    assert document.model is not None
    document.model.layers[0].parameters["weight"][...] = [[[[6, 0], [-7, -1]]]]
    image = np.array([[[1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0]]], np.float32)
    window.lens.set_sample(image, "the example")
    select(window, 0)
    view = view_of(window)
    assert values(view.unfolded.output).tolist() == [[-37, -75, -112], [70, 34, 43], [-19, -15, 7]]
    qtbot.mouseClick(view.unfolded.output, Qt.MouseButton.LeftButton, pos=centre(view.unfolded.output, (0, 0)))
    QApplication.processEvents()  # the new page gets its layout
    assert values(view.steps.patch).tolist() == [[1, -2], [5, 8]]
    assert values(view.steps.products).tolist() == [[6, 0], [-35, -8]]
    assert view.steps.lines.texts[0] == "channel 0:  1 × 6 + (−2) × 0 + 5 × (−7) + 8 × (−1) = −37"
    qtbot.mouseMove(view.steps.output, centre(view.steps.output, (2, 2)))
    assert values(view.steps.patch).tolist() == [[0, -1], [-1, 0]]


def test_that_play_walks_and_a_step_or_hiding_stops_it(qtbot: QtBot) -> None:
    transport = Transport()
    qtbot.addWidget(transport)
    transport.set_count(3)
    transport.speed.setCurrentText("8×")
    transport.show()
    places: list[int] = []
    transport.place_changed.connect(places.append)
    qtbot.mouseClick(transport.play_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(places) >= 4, timeout=3000)
    assert places[:4] == [1, 2, 0, 1] and transport.playing
    qtbot.mouseClick(transport.back_button, Qt.MouseButton.LeftButton)
    assert not transport.playing and transport.label.text() == f"step {transport.place + 1} of 3"
    transport.places.setFocus()
    QTest.keyClick(transport.places, Qt.Key.Key_Home)
    assert transport.place == transport.places.value() == 0
    QTest.keyClick(transport.places, Qt.Key.Key_End)
    assert transport.place == 2 and transport.label.text() == "step 3 of 3" and places[-1] == 2
    transport.toggle()
    transport.hide()
    assert not transport.playing


def test_that_a_layer_grows_out_of_its_card_and_shrinks_back_into_it(qtbot: QtBot, window: MainWindow) -> None:
    zoom = window.findChild(Zoom)
    assert zoom is not None
    qtbot.waitUntil(lambda: not zoom.running)
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert zoom.running and zoom.isVisible() and window.middle.currentIndex() == NETWORK
    qtbot.waitUntil(lambda: not zoom.running)
    assert not zoom.isVisible() and window.focusWidget() is window.canvas
    card = window.canvas.mapTo(window, window.canvas.selected_rect().center().toPoint())
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    begun = window.grab().toImage()
    assert zoom.frame.contains(card) and zoom.frame.width() < window.middle.width()
    qtbot.waitUntil(lambda: not zoom.running)
    assert zoom.frame.size() == window.microscope.size() and window.grab().toImage() != begun


def test_that_nothing_grows_where_reduced_motion_is_asked_for(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(motion.REDUCED_MOTION, "1")
    zoom = window.findChild(Zoom)
    assert zoom is not None
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert not zoom.running and not zoom.isVisible()


def test_that_all_views_can_be_made_before_somebody_asks_for_them(qtbot: QtBot) -> None:
    window = show_window(qtbot)
    window.microscope.stack.prepare()
    qtbot.waitUntil(lambda: {type(each) for each in window.microscope.findChildren(LayerView)} == set(ALL))


@pytest.mark.parametrize("focus", ["microscope", "a picture", "the lens"])
def test_that_inside_a_layer_left_right_and_space_walk_and_nothing_trains(
    qtbot: QtBot, window: MainWindow, focus: str
) -> None:
    view, document = view_of(window), window.document
    view.unfolded.opened.emit(0, (0, 0))
    part = {"microscope": window.microscope, "a picture": view.steps.source, "the lens": window.lens}[focus]
    transport, steps = view.steps.transport, document.history.steps
    for key, place in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)):
        QTest.keyClick(part, key)
        assert transport.place == place and view.steps.place == (0, place)
    QTest.keyClick(part, Qt.Key.Key_Space)
    assert transport.playing
    QTest.keyClick(part, Qt.Key.Key_Space)
    assert not transport.playing and not window.controller.busy and document.history.steps == steps
    QTest.keyClick(part, Qt.Key.Key_Escape)
    assert view.unfolded.isVisible() and window.middle.currentIndex() == INSIDE


PAGE_KEYS = (
    Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End,
)  # fmt: skip


@pytest.mark.parametrize("layer", range(7))
def test_that_no_key_of_a_page_trains_on_any_page_of_any_layer(qtbot: QtBot, window: MainWindow, layer: int) -> None:
    document = window.document
    document.select(document.architecture.layers[layer].uid)
    window.lens.opened.emit()
    window.lens.refresh()
    weights = document.model.parameters.flat.copy()
    for kind in window.microscope.kinds:
        window.microscope.look_through(kind)
        window.lens.refresh()
        for focus in (window.microscope, window.lens, window.draw.canvas, window):
            for key in PAGE_KEYS:
                QTest.keyClick(focus, key)
    assert not window.controller.busy and (document.model.parameters.flat == weights).all()


def test_that_on_the_forward_page_the_arrows_home_and_end_choose_a_map(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(window.microscope, key)
        seen.append(view.filter)
    assert seen == [0, 1, 0, 4, 0]


def test_that_up_and_down_choose_the_channel_and_home_and_end_the_place_of_a_walk(
    qtbot: QtBot, window: MainWindow
) -> None:
    pooling = next(each for each in window.document.architecture.layers if each.type.name == "pool2d")
    window.document.select(pooling.uid)
    window.lens.opened.emit()
    window.microscope.look_through(PoolingView)
    window.lens.refresh()
    view = window.microscope.view
    assert isinstance(view, PoolingView)
    last = view.transport.count - 1
    for key, channel, place in (
        (Qt.Key.Key_Up, 1, 0), (Qt.Key.Key_Up, 2, 0), (Qt.Key.Key_Down, 1, 0), (Qt.Key.Key_End, 1, last),
        (Qt.Key.Key_Left, 1, last - 1), (Qt.Key.Key_Home, 1, 0),
    ):  # fmt: skip
        QTest.keyClick(window.microscope, key)
        assert (view.channel.value(), view.transport.place) == (channel, place)


@pytest.mark.parametrize("key", [Qt.Key.Key_F5, Qt.Key.Key_F6])
def test_that_f5_and_f6_train_while_a_page_is_open(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    view_of(window)
    QTest.keyClick(window.microscope, key)
    assert window.controller.busy
    QTest.keyClick(window.microscope, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not window.controller.busy)


def test_that_a_click_on_a_button_leaves_the_keys_to_the_page_and_tab_does_not(
    qtbot: QtBot, window: MainWindow
) -> None:
    view = view_of(window)
    view.unfolded.opened.emit(0, (0, 0))
    steps = window.document.history.steps
    button = window.run_bar.play_button
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert button.hasFocus()
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton, pos=QPoint(-5, -5))  # let go beside it
    qtbot.waitUntil(window.microscope.hasFocus)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert view.steps.transport.playing and window.document.history.steps == steps
    window.run_bar.play_button.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert window.run_bar.play_button.hasFocus()
