"""The palette: what it offers, how it is searched, and what a drag carries."""

from itertools import combinations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidgetItem, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import resources
from cnn_gui.document import Document
from cnn_gui.editor import mime
from cnn_gui.editor.palette import LayerPalette
from engine import registry

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = [kind.name for kind in registry.all_types()]


@pytest.fixture
def document(qapp) -> Document:
    return Document()


@pytest.fixture
def palette(qtbot: QtBot, document: Document) -> LayerPalette:
    widget = LayerPalette(document)
    qtbot.addWidget(widget)
    widget.resize(208, 480)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    return widget


def shown(palette: LayerPalette) -> list[str]:
    items = [palette.layers.item(row) for row in range(palette.layers.count())]
    return [item.text() for item in items if not item.isHidden()]


def chain(document: Document) -> list[str]:
    return [spec.type.name for spec in document.architecture.layers]


def double_click(qtbot: QtBot, palette: LayerPalette, item: QListWidgetItem) -> None:
    place = palette.layers.visualItemRect(item).center()
    qtbot.mouseClick(palette.layers.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(palette.layers.viewport(), Qt.MouseButton.LeftButton, pos=place)


def active_window(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    box = QVBoxLayout(window)
    for widget in widgets:
        box.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def test_that_every_layer_type_stands_once_below_its_category(palette: LayerPalette) -> None:
    expected = []
    for category in registry.CATEGORIES:
        labels = [kind.label for kind in registry.all_types() if kind.category == category]
        expected += [category, *labels] if labels else []
    assert shown(palette) == expected


@pytest.mark.parametrize("kind", registry.all_types(), ids=NAMES)
def test_that_a_layer_type_has_an_icon_and_a_tooltip_that_says_what_it_does_and_how_to_use_it(palette, kind) -> None:
    (item,) = [item for item in palette.layers.findItems(kind.label, Qt.MatchFlag.MatchExactly) if item.flags()]
    assert not item.icon().isNull()
    assert "press Enter" in item.toolTip()
    assert resources.path("icons", f"{kind.name}.svg").exists()


@pytest.mark.parametrize("kind", registry.all_types(), ids=NAMES)
def test_that_a_drag_carries_the_name_alone_and_looks_like_a_card(palette: LayerPalette, kind) -> None:
    drag = palette.layers.drag_of(kind)
    assert drag.mimeData().formats() == ["application/x-cnn-layer-type"]
    assert mime.layer_type(drag.mimeData()) == kind.name
    picture = drag.pixmap().toImage()
    assert picture.width() > 148 * drag.pixmap().devicePixelRatio()
    assert picture.pixelColor(0, 0).alpha() == 0
    assert picture.pixelColor(picture.rect().center()).alpha() == 255


def test_that_mime_data_with_an_unknown_layer_type_names_none(qapp) -> None:
    assert mime.layer_type(mime.of_layer_type("no-such-layer")) == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("conv", ["Features", "Convolution"]),
        ("POOL2D", ["Pooling", "Pooling"]),
        ("add up to 1", ["Output", "Softmax"]),
        ("max(0", ["Activation", "ReLU"]),
    ],
)
def test_that_search_looks_at_label_name_and_doc(qtbot: QtBot, palette: LayerPalette, words, expected) -> None:
    qtbot.keyClicks(palette.search, words)
    assert [text for text in expected if text in shown(palette)] == expected
    assert len(shown(palette)) < palette.layers.count()


def test_that_a_search_without_result_says_what_to_do_and_esc_brings_all_layers_back(qtbot, palette) -> None:
    everything = shown(palette)
    qtbot.keyClicks(palette.search, "zzz")
    assert shown(palette) == []
    assert palette.nothing_found.isVisible()
    assert "zzz" in palette.nothing_found.text()
    assert "Esc" in palette.nothing_found.text()
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert shown(palette) == everything
    assert not palette.nothing_found.isVisible()


def test_that_enter_in_the_search_field_appends_the_first_layer_found(qtbot, palette, document) -> None:
    qtbot.keyClicks(palette.search, "soft")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert chain(document) == ["softmax"]


def test_that_down_in_the_search_field_goes_to_the_list(qtbot: QtBot, palette: LayerPalette) -> None:
    palette.search.setFocus()
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.layers.hasFocus()


def test_that_the_keyboard_alone_reaches_and_appends_every_layer_type(qtbot, palette, document) -> None:
    palette.layers.setFocus()
    qtbot.keyClick(palette.layers, Qt.Key.Key_Home)
    for _ in NAMES:
        qtbot.keyClick(palette.layers, Qt.Key.Key_Return)
        qtbot.keyClick(palette.layers, Qt.Key.Key_Down)
    assert chain(document) == NAMES


def test_that_all_layer_types_are_in_sight_at_once_and_no_word_is_cut_off(palette: LayerPalette) -> None:
    palette.resize(palette.minimumWidth(), palette.maximumHeight())
    QApplication.processEvents()
    view = palette.layers
    assert view.verticalScrollBar().maximum() == 0
    for row in range(view.count()):
        item, place = view.item(row), view.visualItemRect(view.item(row))
        assert view.viewport().rect().contains(place), item.text()
        font = item.font() if not item.flags() else view.font()
        around = view.iconSize().width() if item.flags() else 0
        assert QFontMetrics(font).horizontalAdvance(item.text()) + around < place.width(), item.text()


def test_that_no_two_places_overlap_and_a_category_stays_in_one_column(palette: LayerPalette) -> None:
    items = [palette.layers.item(row) for row in range(palette.layers.count())]
    places = [palette.layers.visualItemRect(item) for item in items]
    for place, other in combinations(places, 2):
        assert not place.intersects(other)
    left = 0
    for item, place in zip(items, places, strict=True):
        left = place.left() if not item.flags() else left
        assert place.left() == left


def test_that_a_low_palette_scrolls_to_its_last_layer(qtbot, palette) -> None:
    palette.resize(palette.minimumWidth(), 200)
    QApplication.processEvents()
    bar = palette.layers.verticalScrollBar()
    last = palette.layers.findItems("GELU", Qt.MatchFlag.MatchExactly)[0]
    bar.setValue(bar.maximum())
    assert bar.maximum() > 0 and palette.layers.viewport().rect().contains(palette.layers.visualItemRect(last))


def test_that_right_and_left_go_to_the_other_column(qtbot, palette) -> None:
    palette.layers.setFocus()
    qtbot.keyClick(palette.layers, Qt.Key.Key_Home)
    assert palette.layers.currentItem().text() == "Convolution"
    qtbot.keyClick(palette.layers, Qt.Key.Key_Right)
    assert palette.layers.currentItem().text() == "Flatten"
    qtbot.keyClick(palette.layers, Qt.Key.Key_Left)
    assert palette.layers.currentItem().text() == "Convolution"


def test_that_a_double_click_appends_after_the_selected_layer(qtbot, palette, document) -> None:
    for name in ("flatten", "softmax"):
        document.append(name)
    document.select(document.architecture.layers[0].uid)
    item = palette.layers.findItems("ReLU", Qt.MatchFlag.MatchExactly)[0]
    double_click(qtbot, palette, item)
    assert chain(document) == ["flatten", "relu", "softmax"]


def test_that_a_heading_can_neither_be_selected_nor_appended(qtbot, palette, document) -> None:
    double_click(qtbot, palette, palette.layers.item(0))
    assert chain(document) == []
    assert not palette.layers.model().flags(palette.layers.model().index(0, 0, QModelIndex()))


def test_that_a_locked_document_refuses_what_the_palette_appends(qtbot, palette, document) -> None:
    document.set_locked(True)
    with qtbot.waitSignal(document.refused) as refusal:
        qtbot.keyClick(palette.layers, Qt.Key.Key_Return)
    assert "Stop it" in refusal.args[0]
    assert chain(document) == []


@pytest.mark.parametrize("keys", [(Qt.Key.Key_Slash, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_F, CTRL)])
def test_that_slash_and_ctrl_f_go_to_the_search_field_from_anywhere(qtbot, document, keys) -> None:
    palette, other = LayerPalette(document), QPushButton()
    window = active_window(qtbot, palette, other)
    other.setFocus()
    qtbot.keyClick(other, *keys)
    assert window.focusWidget() is palette.search


def test_that_a_slash_typed_into_a_text_field_stays_there(qtbot: QtBot, document: Document) -> None:
    text = QLineEdit()
    window = active_window(qtbot, LayerPalette(document), text)
    text.setFocus()
    qtbot.keyClick(text, "/")
    assert text.text() == "/"
    assert window.focusWidget() is text
