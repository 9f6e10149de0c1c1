"""The form of the selected layer, and the generic form below it, under real key and mouse events."""

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.editor.property_form import PropertyForm
from cnn_gui.field_row import Field
from cnn_gui.fields import BoolField, ChoiceField, FloatField, IntField
from cnn_gui.forms import SchemaForm
from cnn_gui.padding_field import PaddingField
from cnn_gui.pair_field import PairField
from engine import registry, schema
from engine.architecture import Architecture, new_layer
from engine.layers.conv import Conv2DConfig
from engine.schema import param
from engine.settings import TrainingSettings
from engine.shapes import Problem

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True)
class Everything:
    """One parameter of each kind."""

    count: int = param(3, label="Count", doc="How many.", ge=1, le=512, unit="pieces")
    rate: float = param(0.5, label="Rate", doc="How fast.", gt=0, le=10)
    size: tuple[int, int] = param((2, 2), label="Size", doc="How large.", ge=1, le=64, unit="pixels")
    mode: str = param("one", label="Mode", doc="Which one.", choices=("one", "two", "three"))
    on: bool = param(False, label="On", doc="Whether.")


WORDS = "valid, same, full, other."


@dataclass(frozen=True)
class Padded:
    """A padding, and something after it."""

    border: tuple[int, int] | str = param(
        (1, 2), label="Border", doc="Around.", ge=0, le=9, choices=("valid", "same", "full", "other")
    )
    after: int = param(1, label="After", doc="What follows.", ge=0, le=9)


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm(Everything)
    qtbot.addWidget(form)
    form.show()
    form.changes = []
    form.value_changed.connect(lambda name, value: form.changes.append((name, value)))
    return form


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    names = ("conv2d", "relu", "pool2d", "flatten", "dense", "softmax")
    layers = [new_layer(name, **({"units": 10} if name == "dense" else {})) for name in names]
    document.replace(Architecture(tuple(layers)), "Load")
    document.undo_stack.clear()
    return document


@pytest.fixture
def properties(qtbot: QtBot, document: Document) -> PropertyForm:
    widget = PropertyForm(document)
    qtbot.addWidget(widget)
    widget.resize(360, 700)
    widget.show()
    qtbot.waitExposed(widget)
    document.select(document.architecture.layers[0].uid)
    return widget


def enter(qtbot: QtBot, field: IntField | FloatField, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)


# The generic form.


def test_that_each_kind_of_parameter_has_its_field_named_and_explained(form: SchemaForm) -> None:
    kinds = {"count": IntField, "rate": FloatField, "size": PairField, "mode": ChoiceField, "on": BoolField}
    assert {name: type(row.field) for name, row in form.rows.items()} == kinds
    for declared in schema.params_of(Everything):
        row = form.rows[declared.name]
        assert row.field.accessibleName() == declared.label
        for text in (row.toolTip(), row.field.accessibleDescription()):
            assert declared.doc in text
            assert declared.expected()[1:] in text
        assert row.field.value() == declared.default


@pytest.mark.parametrize("config", [kind.config for kind in registry.all_types()] + [TrainingSettings])
def test_that_a_form_shows_every_config_of_the_engine_as_it_is(qtbot: QtBot, config: type) -> None:
    form = SchemaForm(config)
    qtbot.addWidget(form)
    form.set_config(config())
    assert {name: row.field.value() for name, row in form.rows.items()} == {
        declared.name: declared.default for declared in schema.params_of(config)
    }


@pytest.mark.parametrize("config", [kind.config for kind in registry.all_types()] + [TrainingSettings])
def test_that_an_explanation_is_wrapped_and_complete(qtbot: QtBot, config: type) -> None:
    form = SchemaForm(config)
    qtbot.addWidget(form)
    for declared in schema.params_of(config):
        tip = form.rows[declared.name].toolTip()
        assert max(map(len, tip.splitlines())) <= 72
        assert declared.doc in tip.replace("\n", " ")


def test_that_an_allowed_number_is_handed_on_with_each_key(qtbot: QtBot, form: SchemaForm) -> None:
    enter(qtbot, form.rows["count"].field, "12")
    assert form.changes == [("count", 1), ("count", 12)]


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [("count", "600", "from 1 to 512"), ("rate", "-2", "greater than 0"), ("rate", "fast", "must be a number"),
     ("rate", "", "must be a number"), ("rate", "nan", "must be a number"), ("rate", "11", "of at most 10")],
)  # fmt: skip
def test_that_a_value_that_is_not_allowed_is_explained_below_its_field_and_kept_back(qtbot, form, name, text, allowed):
    row = form.rows[name]
    with qtbot.waitSignal(form.invalid_changed, check_params_cb=bool):
        enter(qtbot, row.field, text or "x")
        if not text:
            qtbot.keyClick(row.field, Key.Key_Backspace)
    assert row.field.text() == text
    assert row.error.isVisible()
    assert allowed in row.error.text() == form.problem
    assert not any(schema.problems(replace(Everything(), **{changed: value})) for changed, value in form.changes)
    assert row.field.property("invalid")


def test_that_an_entry_that_goes_wrong_is_taken_back_as_a_whole(qtbot: QtBot, form: SchemaForm) -> None:
    field = form.rows["count"].field
    enter(qtbot, field, "40")
    qtbot.keyClick(field, Key.Key_Return)
    enter(qtbot, field, "600")
    assert form.changes == [("count", 4), ("count", 40), ("count", 6), ("count", 60), ("count", 40)]
    qtbot.keyClick(field, Key.Key_Escape)
    assert field.value() == 40
    assert form.problem == ""


def test_that_a_corrected_value_takes_its_error_away(qtbot: QtBot, form: SchemaForm) -> None:
    row = form.rows["count"]
    enter(qtbot, row.field, "600")
    with qtbot.waitSignal(form.invalid_changed) as gone:
        qtbot.keyClick(row.field, Key.Key_Backspace)
    assert gone.args == [""]
    assert not row.error.isVisible()
    assert not row.field.property("invalid")
    assert form.changes[-1] == ("count", 60)


def test_that_esc_takes_back_what_is_not_allowed(qtbot: QtBot, form: SchemaForm) -> None:
    enter(qtbot, form.rows["rate"].field, "fast")
    qtbot.keyClick(form.rows["rate"].field, Key.Key_Escape)
    assert form.rows["rate"].field.value() == 0.5
    assert form.problem == ""
    assert form.changes == []


@pytest.mark.parametrize(("text", "value"), [("1e-3", 0.001), ("2", 2.0), ("0,25", 0.25), (" 1.5 ", 1.5)])
def test_that_a_number_may_be_written_in_any_usual_way(qtbot, form, text, value) -> None:
    enter(qtbot, form.rows["rate"].field, text)
    assert form.changes[-1] == ("rate", value)
    assert isinstance(form.changes[-1][1], float)
    assert form.rows["rate"].field.text() == text


def test_that_stepping_stays_within_the_limits(qtbot: QtBot, form: SchemaForm) -> None:
    field = form.rows["count"].field
    form.set_config(replace(Everything(), count=2))
    for _ in range(3):
        qtbot.keyClick(field, Key.Key_Down)
    assert form.changes == [("count", 1)]
    form.set_config(replace(Everything(), count=505))
    for _ in range(3):
        qtbot.keyClick(field, Key.Key_Up)
    assert field.value() == 512
    assert form.problem == ""


def test_that_a_choice_and_a_check_box_are_handed_on(qtbot: QtBot, form: SchemaForm) -> None:
    qtbot.keyClick(form.rows["mode"].field, Key.Key_Down)
    qtbot.keyClick(form.rows["on"].field, Key.Key_Space)
    assert form.changes == [("mode", "two"), ("on", True)]


def test_that_a_locked_pair_changes_both_numbers_and_an_open_one_a_single_number(qtbot, form) -> None:
    pair: PairField = form.rows["size"].field
    enter(qtbot, pair.rows, "5")
    enter(qtbot, pair.columns, "7")
    assert form.changes == [("size", (5, 5)), ("size", (7, 7))]
    qtbot.mouseClick(pair.lock, Qt.MouseButton.LeftButton)
    enter(qtbot, pair.columns, "3")
    assert form.changes[2:] == [("size", (7, 3))]
    qtbot.mouseClick(pair.lock, Qt.MouseButton.LeftButton)
    assert form.changes[3:] == [("size", (7, 7))]


def test_that_a_pair_of_different_numbers_opens_its_lock(form: SchemaForm) -> None:
    form.set_config(replace(Everything(), size=(3, 5)))
    assert not form.rows["size"].field.lock.isChecked()
    assert form.rows["size"].field.value() == (3, 5)
    assert form.changes == []


def test_that_a_pair_out_of_limits_marks_its_fields(qtbot: QtBot, form: SchemaForm) -> None:
    pair: PairField = form.rows["size"].field
    enter(qtbot, pair.rows, "70")
    assert "each from 1 to 64" in form.problem
    assert pair.rows.property("invalid")
    assert form.changes == [("size", (7, 7)), ("size", (2, 2))]


def test_that_showing_another_config_is_no_change_of_a_person(form: SchemaForm) -> None:
    other = Everything(count=9, rate=1e-05, size=(1, 4), mode="three", on=True)
    form.set_config(other)
    assert {name: row.field.value() for name, row in form.rows.items()} == vars(other)
    assert form.changes == []


def test_that_what_is_being_typed_stays_unless_its_own_value_changes(qtbot: QtBot, form: SchemaForm) -> None:
    enter(qtbot, form.rows["rate"].field, "fast")
    form.set_config(replace(Everything(), count=5))
    assert form.rows["rate"].field.text() == "fast"
    form.set_config(replace(Everything(), rate=2.0))
    assert form.rows["rate"].field.text() == "2.0"
    assert form.problem == ""


@pytest.mark.parametrize("name", ["count", "mode"])
def test_that_the_wheel_changes_a_field_only_while_it_has_the_focus(qtbot, form, name) -> None:
    field: Field = form.rows[name].field
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.rows["rate"].field.setFocus()
    turn_wheel(field)
    assert form.changes == []
    field.setFocus()
    turn_wheel(field)
    assert [changed for changed, _ in form.changes] == [name]


def turn_wheel(field: Field) -> None:
    place = QPointF(10, 10)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    down = QPoint(0, -120)
    event = QWheelEvent(
        place, field.mapToGlobal(place), QPoint(), down, none, Qt.KeyboardModifier.NoModifier, phase, False
    )
    QApplication.sendEvent(field, event)


@dataclass(frozen=True)
class Depending:
    """A parameter that matters with some words of a choice only."""

    mode: str = param("one", label="Mode", doc="Which one.", choices=("one", "two", "three"))
    power: int = param(2, label="Power", doc="How strong.", ge=1, le=9, when=("mode", ("two", "three")))


def test_that_a_form_shows_by_itself_what_matters_with_the_chosen_word(qtbot: QtBot) -> None:
    form = SchemaForm(Depending)
    qtbot.addWidget(form)
    form.show()
    seen = []
    for _ in range(3):
        seen.append(form.rows["power"].isVisible())
        qtbot.keyClick(form.rows["mode"].field, Key.Key_Down)
    assert seen == [False, True, True]
    form.set_config(Depending())
    assert not form.rows["power"].isVisible()


# The form of the selected layer.


def test_that_without_a_selection_the_form_says_what_to_do(properties: PropertyForm, document: Document) -> None:
    document.select("")
    assert properties.page is None
    assert properties.widget().text() == "Select a layer to see and change its settings"


@pytest.mark.parametrize("position", range(6))
def test_that_a_page_is_built_for_each_selected_layer(properties, document, position) -> None:
    spec = document.architecture.layers[position]
    document.select(spec.uid)
    assert list(properties.page.form.rows) == [declared.name for declared in schema.params_of(spec.config)]


def test_that_the_page_tells_shapes_and_how_the_parameters_add_up(properties, document) -> None:
    assert properties.page.shapes.text() == "1 × 28 × 28 → 8 × 26 × 26"
    assert properties.page.parameters.text() == "weights 8 × 1 × 3 × 3 + biases 8 = 80 parameters"
    document.select(document.architecture.layers[4].uid)
    assert properties.page.parameters.text() == "weights 10 × 1352 + biases 10 = 13,530 parameters"
    document.select(document.architecture.layers[1].uid)
    assert properties.page.parameters.text() == "No parameters: this layer has nothing to learn."


def test_that_an_entry_changes_the_document_at_once_as_one_undo_step(qtbot, properties, document) -> None:
    enter(qtbot, properties.page.form.rows["filters"].field, "16")
    assert document.architecture.layers[0].config.filters == 16
    assert properties.page.shapes.text() == "1 × 28 × 28 → 16 × 26 × 26"
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Change Convolution"


def test_that_a_value_out_of_limits_never_reaches_the_document(qtbot, properties, document) -> None:
    enter(qtbot, properties.page.form.rows["filters"].field, "0")
    assert document.architecture.layers[0].config == Conv2DConfig()
    assert properties.page.form.rows["filters"].error.text() == (
        "Filters is 0; it must be a whole number from 1 to 512."
    )
    enter(qtbot, properties.page.form.rows["filters"].field, "9999")
    assert document.architecture.layers[0].config == Conv2DConfig()
    assert document.undo_stack.count() == 0


def test_that_a_kernel_larger_than_its_input_is_allowed_and_explained_at_the_top(qtbot, properties, document) -> None:
    page = properties.page
    assert not page.problem.isVisible()
    enter(qtbot, page.form.rows["kernel_size"].field.rows, "29")
    problem = document.infos[0].problem
    assert isinstance(problem, Problem)
    assert page.problem.isVisible()
    assert page.problem.accessibleName() == f"{problem.what} {problem.remedy}"
    assert page.shapes.text() == "1 × 28 × 28 → ?"
    assert page.form.problem == ""
    document.undo_stack.undo()
    assert not page.problem.isVisible()


def test_that_undo_updates_the_field_and_leaves_the_focus_there(qtbot, properties, document) -> None:
    properties.activateWindow()
    qtbot.waitUntil(properties.isActiveWindow)
    field, page = properties.page.form.rows["filters"].field, properties.page
    field.setFocus()
    enter(qtbot, field, "16")
    document.undo_stack.undo()
    assert field.value() == 8
    assert field.hasFocus()
    assert properties.page is page
    document.undo_stack.redo()
    assert field.value() == 16


def test_that_ctrl_z_in_a_field_undoes_in_the_document(qtbot, properties, document) -> None:
    window = QMainWindow()
    undo = QAction("Undo", window)
    undo.setShortcut(QKeySequence("Ctrl+Z"))
    undo.triggered.connect(document.undo_stack.undo)
    window.addAction(undo)
    properties.setParent(None)
    window.setCentralWidget(properties)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field = properties.page.form.rows["filters"].field
    field.setFocus()
    enter(qtbot, field, "16")
    qtbot.keyClick(field, Key.Key_Z, CTRL)
    assert document.architecture.layers[0].config == Conv2DConfig()
    assert field.value() == 8
    window.takeCentralWidget()


def test_that_a_move_of_another_layer_updates_the_facts(properties, document) -> None:
    document.insert(0, "pool2d")
    document.select(document.architecture.layers[1].uid)
    assert properties.page.shapes.text() == "1 × 14 × 14 → 8 × 12 × 12"
    document.remove(document.architecture.layers[0].uid)
    document.select(document.architecture.layers[0].uid)
    assert properties.page.shapes.text() == "1 × 28 × 28 → 8 × 26 × 26"


def test_that_the_delete_button_deletes_the_layer_and_shows_its_neighbour(qtbot, properties, document) -> None:
    qtbot.mouseClick(properties.page.delete_button, Qt.MouseButton.LeftButton)
    assert document.architecture.layers[0].type.name == "relu"
    assert document.selected == document.architecture.layers[0].uid
    assert list(properties.page.form.rows) == []
    while document.architecture.layers:
        qtbot.mouseClick(properties.page.delete_button, Qt.MouseButton.LeftButton)
    assert properties.page is None


def test_that_a_locked_document_disables_the_form_and_says_why(qtbot, properties, document) -> None:
    page = properties.page
    assert not page.lock_hint.isVisible()
    document.set_locked(True)
    assert page.lock_hint.isVisible()
    assert "Stop it" in page.lock_hint.accessibleName()
    assert not page.form.isEnabled()
    assert not page.delete_button.isEnabled()
    document.set_locked(False)
    assert page.form.isEnabled()
    assert not page.lock_hint.isVisible()


def test_that_a_layer_selected_while_locked_is_shown_locked(properties, document) -> None:
    document.set_locked(True)
    document.select(document.architecture.layers[4].uid)
    assert not properties.page.form.isEnabled()


@pytest.mark.parametrize("width", [172, 240, 400])
def test_that_fields_stand_below_their_labels_in_two_columns_or_across_both(qtbot: QtBot, width: int) -> None:
    form = SchemaForm(TrainingSettings)
    qtbot.addWidget(form)
    form.resize(width, 900)
    form.show()
    QApplication.processEvents()  # rows find their places
    assert form.width() == width
    rows = [row for row in form.rows.values() if row.isVisible()]
    places = {(row.mapTo(form, QPoint()).x(), row.width()) for row in rows}
    half = (width - 8) // 2
    assert places <= {(0, width), (0, half), (width - half, half)} and len(places) > 1
    for row in rows:
        assert row.width() >= row.room(), row.param.name
        above = row.findChild(QLabel)
        assert above.geometry().bottom() < row.field.geometry().top() and above.x() == row.field.x()


def test_that_rows_that_are_hidden_leave_no_gap(qtbot: QtBot) -> None:
    form = SchemaForm(TrainingSettings)
    qtbot.addWidget(form)
    form.resize(400, 900)
    form.show()
    heights = []
    for optimizer in ("Adam", "gradient descent", "Adam"):
        form.set_config(TrainingSettings(optimizer=optimizer))
        QApplication.processEvents()
        heights.append(form.rows["seed"].mapTo(form, QPoint()).y())
    assert heights[0] == heights[2] > heights[1]


# The field of a padding.


@pytest.fixture
def padded(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm(Padded)
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.changes = []
    form.value_changed.connect(lambda name, value: form.changes.append(value))
    return form


def padding(form: SchemaForm) -> PaddingField:
    return form.rows["border"].field


def test_that_a_padding_is_chosen_in_words_or_numbers(qtbot: QtBot, padded: SchemaForm) -> None:
    field = padding(padded)
    assert field.pair.isVisible() and field.words.currentText() == "numbers"
    qtbot.keyClicks(field.words, "same")
    assert not field.pair.isVisible()
    qtbot.keyClick(field.words, Key.Key_Down)
    qtbot.keyClick(field.words, Key.Key_Home)
    assert field.pair.isVisible()
    enter(qtbot, field.pair.rows, "3")
    enter(qtbot, field.pair.columns, "4")
    assert padded.changes == ["same", "full", (1, 2), (3, 2), (3, 4)]


def test_that_a_padding_shows_words_and_numbers_from_elsewhere(padded: SchemaForm) -> None:
    field = padding(padded)
    for value, numbers in (("valid", False), ((0, 5), True), ("full", False), ((7, 7), True)):
        padded.set_config(Padded(value))
        assert field.value() == value
        assert field.pair.isVisible() == numbers
    assert padded.changes == []


def test_that_numbers_are_kept_behind_a_word(qtbot: QtBot, padded: SchemaForm) -> None:
    padded.set_config(Padded((5, 6)))
    padded.set_config(Padded("same"))
    qtbot.keyClick(padding(padded).words, Key.Key_Home)
    assert padded.changes == [(5, 6)]


def test_that_numbers_out_of_limits_are_explained_and_taken_back_to_what_was_chosen(qtbot, padded) -> None:
    padded.set_config(Padded("same"))
    field = padding(padded)
    qtbot.keyClicks(field.words, "num")
    enter(qtbot, field.pair.columns, "70")
    assert padded.problem == "Border is 1 × 70; it must be two whole numbers, each from 0 to 9, or one of " + WORDS
    assert field.pair.columns.property("invalid")
    assert padded.changes == [(1, 2), (1, 7), (1, 2)]
    qtbot.keyClick(field.pair.columns, Key.Key_Escape)
    assert field.value() == (1, 2)
    enter(qtbot, field.pair.columns, "70")
    qtbot.keyClick(field.words, Key.Key_End)
    assert padded.problem == ""
    assert padded.changes[-1] == "other"


def test_that_tab_goes_through_the_parts_of_a_padding_that_are_shown(qtbot: QtBot, padded: SchemaForm) -> None:
    field, after = padding(padded), padded.rows["after"].field
    field.setFocus()
    for part in (field.words, field.pair.rows, field.pair.columns, field.pair.lock, after):
        assert QApplication.focusWidget() is part
        qtbot.keyClick(part, Key.Key_Tab)
    padded.set_config(Padded("valid"))
    field.setFocus()
    qtbot.keyClick(field.words, Key.Key_Tab)
    assert QApplication.focusWidget() is after


def test_that_numbers_that_go_leave_the_focus_to_the_words(padded: SchemaForm) -> None:
    padding(padded).pair.columns.setFocus()
    padded.set_config(Padded("same"))
    assert QApplication.focusWidget() is padding(padded).words


def test_that_every_part_of_a_padding_has_a_name_and_every_word_a_meaning(padded: SchemaForm) -> None:
    field = padding(padded)
    names = [field, field.words, field.pair.rows, field.pair.columns, field.pair.lock]
    assert [part.accessibleName() for part in names] == [
        "Border", "Border, in words", "Border, rows", "Border, columns", "Border: same for rows and columns",
    ]  # fmt: skip
    assert "or one of valid, same, full, other" in field.accessibleDescription()
    tips = [field.words.itemData(i, Qt.ItemDataRole.ToolTipRole) for i in range(field.words.count())]
    assert len(set(tips)) == 5 and all(tips)
    assert field.words.itemText(4) == "other"


def test_that_the_wheel_passes_over_a_padding_without_the_focus(padded: SchemaForm) -> None:
    padded.rows["after"].field.setFocus()
    turn_wheel(padding(padded).words)
    assert padded.changes == []
    padding(padded).words.setFocus()
    turn_wheel(padding(padded).words)
    assert padded.changes == ["valid"]


def test_that_quick_choices_of_a_padding_are_one_undo_step(qtbot, properties, document) -> None:
    field = properties.page.form.rows["padding"].field
    qtbot.keyClicks(field.words, "same")
    qtbot.keyClick(field.words, Key.Key_Down)
    assert document.architecture.layers[0].config.padding == "full"
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert field.value() == (0, 0) and field.pair.isVisible()
    document.undo_stack.redo()
    assert field.value() == "full" and not field.pair.isVisible()
