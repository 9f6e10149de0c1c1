"""The network canvas under real drag, mouse and key events."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from cnn_gui import motion
from cnn_gui.document import Document
from cnn_gui.editor import mime
from cnn_gui.editor.canvas import NetworkCanvas
from cnn_gui.editor.card_menu import CardMenu
from cnn_gui.editor.marker import MarkerItem
from cnn_gui.editor.scene import INPUT, OUTPUT, PLACEHOLDER
from cnn_gui.editor.wire import WireItem
from engine import presets
from engine.architecture import Architecture, new_layer
from tests.helpers import drag, tiny

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
CHAIN = ["conv2d", "relu", "pool2d", "flatten", "dense", "softmax"]


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    layers = [new_layer(name, **({"units": 10} if name == "dense" else {})) for name in CHAIN]
    document.replace(Architecture(tuple(layers)), "Load")
    document.undo_stack.clear()
    return document


@pytest.fixture
def canvas(qtbot: QtBot, document: Document) -> NetworkCanvas:
    widget = NetworkCanvas(document)
    qtbot.addWidget(widget)
    widget.resize(700, 440)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def names(document: Document) -> list[str]:
    return [spec.type.name for spec in document.architecture.layers]


def uid(document: Document, position: int) -> str:
    return document.architecture.layers[position].uid


def labels(canvas: NetworkCanvas) -> list[str]:
    return [wire.label for wire in canvas.chain.wires.values()]


def visible_markers(canvas: NetworkCanvas) -> list[MarkerItem]:
    return [item for item in canvas.chain.items() if isinstance(item, MarkerItem) and item.isVisible()]


def click(canvas: NetworkCanvas, place: QPoint) -> None:
    drag.mouse(canvas, PRESS, place)
    drag.mouse(canvas, RELEASE, place)


# What it shows.


def test_that_the_chain_stands_in_order_between_input_and_output(canvas, document) -> None:
    assert list(canvas.chain.cards) == [INPUT, *(spec.uid for spec in document.architecture.layers), OUTPUT]
    faces = [card.face for card in canvas.chain.cards.values()]
    assert [face.title for face in faces] == [
        "Input", "Convolution", "ReLU", "Pooling", "Flatten", "Dense", "Softmax", "Output",
    ]  # fmt: skip
    assert faces[0].lines == ("1 × 28 × 28", "bundled")
    assert faces[1].lines == ("8 @ 3×3", "80 parameters")
    assert faces[2].lines == ()
    assert faces[5].lines == ("10 units", "13,530 parameters")


def test_that_each_wire_says_the_shape_that_flows_along_it(canvas: NetworkCanvas) -> None:
    assert labels(canvas) == [
        "1 × 28 × 28", "8 × 26 × 26", "8 × 26 × 26", "8 × 13 × 13", "1352", "10", "10",
    ]  # fmt: skip


def test_that_an_edit_changes_cards_in_place(canvas: NetworkCanvas, document: Document) -> None:
    before = dict(canvas.chain.cards)
    document.configure(uid(document, 0), presets.load("lenet5").architecture.layers[0].config)
    assert canvas.chain.cards == before
    assert labels(canvas)[1] == "6 × 28 × 28"
    document.insert(1, "tanh")
    after = canvas.chain.cards
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 1


@pytest.mark.parametrize("width", [240, 480, 640, 760, 1200])
def test_that_rows_wrap_to_the_width_and_no_card_overlaps_another(canvas, document, width) -> None:
    canvas.setMinimumWidth(0)
    canvas.resize(width, 440)
    slots = [slot.toAlignedRect() for slot in canvas.chain.arrangement.slots]
    assert all(slot.left() >= 0 and slot.right() < canvas.viewport().width() for slot in slots)
    assert not any(a.intersects(b) for a in slots for b in slots if a is not b)
    tops = sorted({slot.top() for slot in slots})
    reading = sorted(range(len(slots)), key=lambda i: (slots[i].top(), slots[i].left()))
    assert reading == list(range(len(slots)))
    assert len(tops) == {240: 8, 480: 4, 640: 3, 760: 3, 1200: 2}[width]


def test_that_two_columns_always_fit_and_a_usual_shape_stands_on_one_line(qtbot, canvas, document) -> None:
    document.replace(presets.load("lenet5").architecture, "Load")
    canvas.resize(1, 200)
    qtbot.waitUntil(canvas.verticalScrollBar().isVisible)
    assert canvas.chain.arrangement.grid.columns == 2
    texts = [wire._text.lines for wire in canvas.chain.wires.values()]
    assert all(len(lines) == 1 for lines in texts) and ("16×10×10",) in texts


def test_that_a_shape_on_a_wire_does_not_touch_the_ring_of_a_selected_card(qtbot, canvas, document) -> None:
    document.replace(presets.load("lenet5").architecture, "Load")
    ring = 4  # px
    for width in (1, 606, 760):
        canvas.resize(width, 492)
        qtbot.wait(10)
        for wire in canvas.chain.wires.values():
            if wire._is_in_row:
                assert wire._place.left() - wire._start.x() >= ring + 2
                assert wire._end.x() - wire._place.right() >= ring + 2


def test_that_lenet5_fits_the_first_window_without_scrolling(canvas: NetworkCanvas, document: Document) -> None:
    document.replace(presets.load("lenet5").architecture, "Load")
    canvas.resize(606, 484)
    assert canvas.verticalScrollBar().maximum() == 0


def test_that_pixels_that_are_never_read_have_a_badge_until_none_are_left(canvas, document) -> None:
    card, before = canvas.chain.cards[uid(document, 0)], document.architecture.layers[0].config
    assert card.face.badge == "" and "never read" not in card.toolTip()
    plain = canvas.grab(canvas.mapFromScene(card.sceneBoundingRect()).boundingRect()).toImage()
    document.configure(uid(document, 0), replace(before, kernel_size=(5, 5), stride=(2, 2)))
    assert card.face.badge == "55 px unread"
    assert "55 of 784 pixels of each map are never read." in card.toolTip()
    document.select(uid(document, 0))
    assert "55 of 784 pixels" in canvas.accessibleDescription()
    document.select("")
    document.undo_stack.undo()
    assert card.face.badge == "" and "never read" not in card.toolTip()
    assert canvas.grab(canvas.mapFromScene(card.sceneBoundingRect()).boundingRect()).toImage() == plain


def test_that_a_badge_is_painted_within_the_reach_of_its_card(canvas, document) -> None:
    card = canvas.chain.cards[uid(document, 0)]
    area = canvas.mapFromScene(card.sceneBoundingRect()).boundingRect()
    before = canvas.viewport().grab().toImage()
    card.show(replace(card.face, badge="55 px unread"), card.look)
    after = canvas.viewport().grab().toImage()
    assert after.copy(area) != before.copy(area)
    for image in (before, after):
        with QPainter(image) as painter:
            painter.fillRect(area, Qt.GlobalColor.black)
    assert after == before


def test_that_a_problem_is_told_on_the_canvas_and_in_the_tooltip_and_unknown_shapes_are_marked(
    canvas, document
) -> None:
    document.remove(uid(document, 3))
    card = canvas.chain.cards[uid(document, 3)]
    problem = document.infos[3].problem
    (callout,) = canvas.chain.callouts.items.values()
    assert callout.problem == problem
    assert card.look.wrong
    assert problem.what in card.toolTip()
    assert problem.remedy in card.toolTip()
    assert labels(canvas)[-2:] == ["?", "?"]
    document.undo_stack.undo()
    assert not canvas.chain.callouts.items
    assert "?" not in labels(canvas)


def test_that_a_problem_is_written_out_below_its_card_and_covers_no_other(canvas, document) -> None:
    document.remove(uid(document, 3))
    for width in (240, 480, 700, 1200):
        canvas.resize(width, 440)
        (callout,) = canvas.chain.callouts.items.values()
        box = QRectF(callout.pos(), QSizeF(callout.width, callout.height))
        assert box.left() >= 0
        assert box.right() <= canvas.viewport().width()
        assert not any(slot.intersects(box) for slot in canvas.chain.arrangement.slots)


def test_that_an_empty_network_says_how_to_begin(canvas: NetworkCanvas, document: Document) -> None:
    document.replace(Architecture(), "New")
    assert list(canvas.chain.cards) == [INPUT, PLACEHOLDER, OUTPUT]
    assert canvas.accessibleDescription() == "Drag a layer here, or choose a preset"
    document.append("relu")
    assert PLACEHOLDER not in canvas.chain.cards


def test_that_new_data_are_named_on_the_input_card(canvas: NetworkCanvas, document: Document) -> None:
    document.set_data(tiny.dataset(), "tiny.npz")
    assert canvas.chain.cards[INPUT].face.lines == ("1 × 8 × 8", "bands")
    assert canvas.chain.cards[OUTPUT].face.lines == ("2 classes", "0, 1")
    assert "bands" in canvas.chain.cards[INPUT].toolTip()


# Drops from the palette.


@pytest.mark.parametrize("position", range(len(CHAIN) + 1))
def test_that_a_layer_lands_where_it_is_dropped_and_undo_takes_it_away(canvas, document, position) -> None:
    before = document.architecture
    assert drag.drop(canvas, mime.of_layer_type("tanh"), canvas.insertion_point(position))
    after = document.architecture
    assert names(document) == [*CHAIN[:position], "tanh", *CHAIN[position:]]
    assert document.selected == uid(document, position)
    document.undo_stack.undo()
    assert document.architecture == before
    document.undo_stack.redo()
    assert document.architecture == after


def test_that_every_point_of_the_canvas_takes_a_drop_next_to_the_cards_around_it(canvas, document) -> None:
    for position in range(len(CHAIN)):
        card = canvas.card_center(uid(document, position))
        for side, expected in ((-20, position), (20, position + 1)):
            drag.drop(canvas, mime.of_layer_type("tanh"), card + QPoint(side, 10))
            assert names(document)[expected] == "tanh"
            document.undo_stack.undo()


@pytest.mark.parametrize("place", [QPoint(20, 20), QPoint(690, 430), QPoint(350, 200)])
def test_that_a_layer_dropped_anywhere_on_an_empty_network_becomes_its_first(canvas, document, place) -> None:
    document.replace(Architecture(), "New")
    assert drag.drop(canvas, mime.of_layer_type("conv2d"), place)
    assert names(document) == ["conv2d"]


def test_that_the_placeholder_shows_that_it_takes_the_first_layer(canvas, document) -> None:
    document.replace(Architecture(), "Clear")
    assert not canvas.chain.cards[PLACEHOLDER].look.hovered
    drag.hover(canvas, mime.of_layer_type("conv2d"), QPoint(300, 40))
    assert canvas.chain.cards[PLACEHOLDER].look.hovered
    drag.leave(canvas)
    assert not canvas.chain.cards[PLACEHOLDER].look.hovered


def test_that_a_hovering_layer_marks_its_place_and_its_neighbours_make_way(qtbot, canvas, document) -> None:
    left, right = (canvas.chain.cards[uid(document, position)] for position in (0, 1))
    gap = right.pos().x() - left.pos().x()
    drag.hover(canvas, mime.of_layer_type("tanh"), canvas.insertion_point(1))
    (marker,) = visible_markers(canvas)
    assert canvas.mapFromScene(marker.pos()) == canvas.insertion_point(1)
    qtbot.waitUntil(lambda: right.pos().x() - left.pos().x() > gap)
    drag.leave(canvas)
    assert not visible_markers(canvas)
    assert names(document) == CHAIN
    qtbot.waitUntil(lambda: right.pos().x() - left.pos().x() == gap)


@pytest.mark.parametrize("kind", ["text/plain", "text/uri-list", "application/x-cnn-layer-type"])
def test_that_a_drag_of_anything_but_a_known_layer_is_not_taken(canvas, document, kind) -> None:
    data = QMimeData()
    data.setData(kind, b"conv3d" if kind.startswith("application") else b"conv2d")
    assert not drag.drop(canvas, data, canvas.insertion_point(1))
    assert names(document) == CHAIN


def test_that_a_drag_near_the_lower_edge_scrolls_until_it_leaves(qtbot, canvas, document) -> None:
    document.replace(presets.load("lenet5").architecture, "Load")
    canvas.resize(700, 200)
    drag.hover(canvas, mime.of_layer_type("tanh"), QPoint(300, 195))
    bar = canvas.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() > 40)
    drag.leave(canvas)
    stopped = bar.value()
    qtbot.wait(60)
    assert bar.value() == stopped < bar.maximum()


# Moving cards with the mouse.


@pytest.mark.parametrize("position", range(len(CHAIN)))
@pytest.mark.parametrize("target", [0, 2, 4, 6])
def test_that_a_card_moves_where_it_is_dragged_and_undo_brings_it_back(canvas, document, position, target) -> None:
    start = document.architecture
    drag.drag_card(canvas, canvas.card_center(uid(document, position)), canvas.insertion_point(target))
    moved = start.layers[position].uid
    assert document.architecture == start.move(moved, target)
    assert document.selected == moved
    assert document.undo_stack.count() == (0 if target in (position, position + 1) else 1)
    document.undo_stack.undo()
    assert document.architecture == start


def test_that_a_short_way_of_the_mouse_is_a_click_and_no_drag(canvas, document) -> None:
    place = canvas.card_center(uid(document, 2))
    drag.lift_card(canvas, place, place + QPoint(QApplication.startDragDistance() - 1, 0))
    assert canvas.viewport().cursor().shape() != Qt.CursorShape.ClosedHandCursor
    assert document.selected == uid(document, 2)
    drag.mouse(canvas, RELEASE, place)


def test_that_a_card_in_the_hand_leaves_a_ghost_and_esc_puts_it_back(qtbot, canvas, document) -> None:
    card, place = canvas.chain.cards[uid(document, 0)], canvas.card_center(uid(document, 0))
    count = len(canvas.chain.items())
    drag.lift_card(canvas, place, canvas.insertion_point(3))
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.ClosedHandCursor
    assert card.opacity() < 0.5
    assert len(canvas.chain.items()) == count + 1
    assert visible_markers(canvas)
    qtbot.keyClick(canvas, Key.Key_Escape)
    drag.mouse(canvas, RELEASE, canvas.insertion_point(3))
    assert card.opacity() == 1
    assert len(canvas.chain.items()) == count
    assert not visible_markers(canvas)
    assert names(document) == CHAIN
    assert document.undo_stack.count() == 0
    assert canvas.viewport().cursor().shape() != Qt.CursorShape.ClosedHandCursor


def test_that_an_undo_in_the_middle_of_a_drag_ends_the_drag(canvas, document) -> None:
    document.append("tanh")
    drag.lift_card(canvas, canvas.card_center(uid(document, 6)), canvas.insertion_point(0))
    document.undo_stack.undo()
    drag.mouse(canvas, RELEASE, canvas.insertion_point(0))
    assert names(document) == CHAIN


@pytest.mark.parametrize("slot", [0, -1])
def test_that_input_and_output_can_be_neither_selected_nor_moved(canvas, document, slot) -> None:
    end = canvas.mapFromScene(canvas.chain.arrangement.slots[slot].center())
    drag.drag_card(canvas, end, canvas.insertion_point(2))
    assert document.selected == ""
    assert document.undo_stack.count() == 0


def test_that_the_card_under_the_pointer_shows_it(canvas: NetworkCanvas, document: Document) -> None:
    assert canvas.viewport().hasMouseTracking()
    drag.mouse(canvas, MOVE, canvas.card_center(uid(document, 2)), Qt.MouseButton.NoButton)
    assert [card.look.hovered for card in canvas.chain.cards.values()].index(True) == 3
    QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
    assert not any(card.look.hovered for card in canvas.chain.cards.values())


# Selecting, keys and menu.


def test_that_a_click_selects_a_card_and_one_beside_the_cards_selects_nothing(canvas, document) -> None:
    click(canvas, canvas.card_center(uid(document, 4)))
    assert document.selected == uid(document, 4)
    assert [card.look.selected for card in canvas.chain.cards.values()].count(True) == 1
    assert canvas.chain.cards[document.selected].look.selected
    click(canvas, QPoint(5, 435))
    assert document.selected == ""


@pytest.mark.parametrize(
    ("key", "start", "expected"),
    [
        (Key.Key_Right, None, 0), (Key.Key_Right, 1, 2), (Key.Key_Right, 5, 5), (Key.Key_Left, None, 5),
        (Key.Key_Left, 3, 2), (Key.Key_Left, 0, 0), (Key.Key_Home, 4, 0), (Key.Key_End, 1, 5), (Key.Key_Home, None, 0),
        (Key.Key_Down, 0, 3), (Key.Key_Up, 5, 2),
    ],
)  # fmt: skip
def test_that_arrows_home_and_end_select_neighbours(qtbot, canvas, document, key, start, expected) -> None:
    document.select("" if start is None else uid(document, start))
    qtbot.keyClick(canvas, key)
    assert document.selected == uid(document, expected)


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_that_delete_and_backspace_delete_the_selected_card_and_undo_brings_it_back(
    qtbot, canvas, document, key
) -> None:
    start = document.architecture
    document.select(uid(document, 2))
    qtbot.keyClick(canvas, key)
    assert names(document) == [*CHAIN[:2], *CHAIN[3:]]
    assert document.selected == uid(document, 2)
    document.undo_stack.undo()
    assert document.architecture == start
    document.undo_stack.redo()
    assert names(document) == [*CHAIN[:2], *CHAIN[3:]]


def test_that_delete_until_nothing_is_left_ends_in_the_empty_state(qtbot, canvas, document) -> None:
    qtbot.keyClick(canvas, Key.Key_End)
    for _ in range(len(CHAIN) + 2):
        qtbot.keyClick(canvas, Key.Key_Delete)
    assert names(document) == []
    assert list(canvas.chain.cards) == [INPUT, PLACEHOLDER, OUTPUT]


def test_that_ctrl_arrows_move_the_selected_card_within_the_chain(qtbot, canvas, document) -> None:
    document.select(uid(document, 1))
    qtbot.keyClick(canvas, Key.Key_Right, CTRL)
    assert names(document) == ["conv2d", "pool2d", "relu", "flatten", "dense", "softmax"]
    for _ in range(5):
        qtbot.keyClick(canvas, Key.Key_Left, CTRL)
    assert names(document) == ["relu", "conv2d", "pool2d", "flatten", "dense", "softmax"]
    assert document.undo_stack.count() == 3


def test_that_esc_clears_the_selection(qtbot, canvas, document) -> None:
    document.select(uid(document, 1))
    qtbot.keyClick(canvas, Key.Key_Escape)
    assert document.selected == ""


def test_that_keys_of_the_network_win_over_shortcuts_of_the_window_and_others_do_not(qtbot, canvas, document) -> None:
    window, ran = QMainWindow(), []
    window.setCentralWidget(canvas)
    for keys in ("Right", "Del", "Ctrl+S"):
        action = QAction(keys, window)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False, keys=keys: ran.append(keys))
        window.addAction(action)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    canvas.setFocus()
    qtbot.keyClick(canvas, Key.Key_Right)
    qtbot.keyClick(canvas, Key.Key_Delete)
    qtbot.keyClick(canvas, Key.Key_S, CTRL)
    assert ran == ["Ctrl+S"]
    assert names(document) == CHAIN[1:]
    window.takeCentralWidget()


@pytest.mark.qt_log_ignore("This plugin does not support")  # a popup on the offscreen platform
def test_that_the_menu_of_a_card_moves_and_deletes_it(qtbot, canvas, document) -> None:
    place = canvas.card_center(uid(document, 0))
    for text, expected in (("Move right", ["relu", "conv2d", *CHAIN[2:]]), ("Delete layer", ["relu", *CHAIN[2:]])):
        menu = open_menu(canvas, place)
        actions = {action.text(): action for action in menu.actions()}
        assert actions["Move left"].isEnabled() == (text == "Delete layer")
        assert actions["Move right"].isEnabled()
        actions[text].trigger()
        assert names(document) == expected
        menu.close()
        place = canvas.card_center(uid(document, 1))


def open_menu(canvas: NetworkCanvas, place: QPoint) -> CardMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.viewport().mapToGlobal(place))
    QApplication.sendEvent(canvas.viewport(), event)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    (menu,) = canvas.findChildren(CardMenu)
    return menu


def test_that_the_selected_card_is_told_to_screen_readers(canvas, document) -> None:
    assert canvas.accessibleName() == "Network"
    assert "6 layers" in canvas.accessibleDescription()
    document.select(uid(document, 0))
    said = canvas.accessibleDescription()
    for part in ("Convolution", "layer 1 of 6", "8 @ 3×3", "1 × 28 × 28 → 8 × 26 × 26", "80 parameters"):
        assert part in said
    document.remove(uid(document, 3))
    document.select(uid(document, 3))
    assert str(document.infos[3].problem) in canvas.accessibleDescription()


def test_that_a_card_selected_out_of_sight_is_scrolled_into_sight(canvas, document) -> None:
    document.replace(presets.load("lenet5").architecture, "Load")
    canvas.resize(700, 200)
    document.select(uid(document, 12))
    assert canvas.viewport().rect().contains(canvas.card_center(uid(document, 12)))
    document.select(uid(document, 0))
    assert canvas.viewport().rect().contains(canvas.card_center(uid(document, 0)))


def test_that_a_problem_comes_into_sight_with_its_card(canvas, document) -> None:
    document.remove(uid(document, 5))
    document.select(uid(document, 0))
    canvas.resize(700, 200)
    document.select(uid(document, 4))
    (callout,) = canvas.chain.callouts.items.values()
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    assert seen.contains(QRectF(callout.pos(), QSizeF(callout.width, callout.height)))


# Locked.


def test_that_a_locked_network_takes_no_drop_and_says_why(qtbot, canvas, document) -> None:
    document.set_locked(True)
    with qtbot.waitSignal(document.refused) as refusal:
        assert not drag.drop(canvas, mime.of_layer_type("tanh"), canvas.insertion_point(1))
    assert refusal.args == ["A training run is in progress. Stop it to change the network."]
    assert names(document) == CHAIN


def test_that_a_card_of_a_locked_network_stays_where_it_is_and_the_cursor_says_so(qtbot, canvas, document) -> None:
    document.set_locked(True)
    place = canvas.card_center(uid(document, 0))
    with qtbot.waitSignal(document.refused):
        drag.lift_card(canvas, place, canvas.insertion_point(4))
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.ForbiddenCursor
    drag.mouse(canvas, RELEASE, canvas.insertion_point(4))
    assert canvas.viewport().cursor().shape() != Qt.CursorShape.ForbiddenCursor
    assert names(document) == CHAIN


def test_that_a_lock_in_the_middle_of_a_drag_ends_the_drag(canvas, document) -> None:
    drag.lift_card(canvas, canvas.card_center(uid(document, 0)), canvas.insertion_point(4))
    document.set_locked(True)
    assert not visible_markers(canvas)
    drag.mouse(canvas, RELEASE, canvas.insertion_point(4))
    assert names(document) == CHAIN


def test_that_a_locked_network_keeps_its_layers_under_delete_and_ctrl_arrows(qtbot, canvas, document) -> None:
    document.set_locked(True)
    document.select(uid(document, 0))
    for key, modifier in ((Key.Key_Delete, Qt.KeyboardModifier.NoModifier), (Key.Key_Right, CTRL)):
        with qtbot.waitSignal(document.refused):
            qtbot.keyClick(canvas, key, modifier)
    assert names(document) == CHAIN


# Zoom and motion.


def wheel(canvas: NetworkCanvas, notches: int, modifier: Qt.KeyboardModifier) -> None:
    place, turn = QPointF(300, 100), QPoint(0, 120 * notches)
    screen, phase = QPointF(canvas.mapToGlobal(place)), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, screen, QPoint(), turn, Qt.MouseButton.NoButton, modifier, phase, False)
    QApplication.sendEvent(canvas.viewport(), event)


def test_that_ctrl_and_wheel_zoom_within_half_and_double_and_ctrl_0_resets(qtbot, canvas) -> None:
    wheel(canvas, 3, CTRL)
    assert canvas.zoom == pytest.approx(1.1**3)
    assert canvas.transform().m11() == canvas.zoom
    wheel(canvas, 50, CTRL)
    assert canvas.zoom == 2
    wheel(canvas, -50, CTRL)
    assert canvas.zoom == 0.5
    qtbot.keyClick(canvas, Key.Key_0, CTRL)
    assert canvas.zoom == 1


def test_that_a_zoomed_network_still_wraps_to_the_view_and_takes_drops_in_place(canvas, document) -> None:
    for zoom in (0.5, 1.3, 2.0):
        canvas.zoom_to(zoom)
        right = max(slot.right() for slot in canvas.chain.arrangement.slots)
        assert canvas.mapFromScene(QPointF(right, 0)).x() < canvas.viewport().width()
        drag.drop(canvas, mime.of_layer_type("tanh"), canvas.insertion_point(3))
        assert names(document)[3] == "tanh"
        document.undo_stack.undo()


def test_that_the_wheel_alone_scrolls(canvas, document) -> None:
    canvas.resize(700, 200)
    wheel(canvas, -1, Qt.KeyboardModifier.NoModifier)
    assert canvas.verticalScrollBar().value() > 0
    assert canvas.zoom == 1


def test_that_cards_glide_to_their_new_place_without_delaying_a_click(qtbot, canvas, document) -> None:
    last = uid(document, 5)
    card, before = canvas.chain.cards[last], canvas.chain.cards[last].pos()
    document.move(last, 0)
    assert card.pos() == before
    click(canvas, canvas.card_center(last))
    assert document.selected == last
    qtbot.waitUntil(lambda: card.pos() == canvas.chain.arrangement.slots[1].topLeft())


def test_that_cards_are_there_at_once_where_reduced_motion_is_asked_for(canvas, document, monkeypatch) -> None:
    monkeypatch.setenv(motion.REDUCED_MOTION, "1")
    last = uid(document, 5)
    document.move(last, 0)
    assert canvas.chain.cards[last].pos() == canvas.chain.arrangement.slots[1].topLeft()


def test_that_a_wire_announces_another_way_while_it_still_has_the_old_one(qapp, monkeypatch) -> None:
    wire = WireItem()
    wire.connect_cards(QRectF(0, 0, 148, 72), QRectF(200, 0, 148, 72))
    before, seen = wire.boundingRect(), []
    monkeypatch.setattr(WireItem, "prepareGeometryChange", lambda self: seen.append(self.boundingRect()))
    wire.connect_cards(QRectF(0, 0, 148, 72), QRectF(0, 200, 148, 72))
    # The scene looks a changing item up by its old extent; one that it does not find there stays when it dies.
    assert seen[0] == before != wire.boundingRect()
