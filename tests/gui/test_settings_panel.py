"""The training settings under real keys and clicks: they edit the document, and follow it."""

from dataclasses import fields, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui.controls.settings_panel import SettingsPanel
from cnn_gui.document import Document
from engine.settings import TrainingSettings
from tests.helpers import tiny

OTHER = TrainingSettings(
    epochs=3, batch_size=128, optimizer="SGD", learning_rate=0.05, momentum=0.5, schedule="cosine", augment=True,
    validation=0.25, seed=7,
)  # fmt: skip
NAMES = [field.name for field in fields(TrainingSettings)]


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.mark_saved(None)
    return document


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> SettingsPanel:
    panel = SettingsPanel(document)
    qtbot.addWidget(panel)
    panel.resize(240, 600)
    panel.show()
    qtbot.waitExposed(panel)
    panel.said = []
    panel.invalid_changed.connect(panel.said.append)
    return panel


def field(panel: SettingsPanel, name: str) -> QWidget:
    return panel.form.rows[name].field


def enter(qtbot: QtBot, widget: QWidget, value: object) -> None:
    """Enter *value* as a person does: with keys, or a click on the box's square."""
    widget.setFocus()
    if isinstance(widget, QCheckBox):
        qtbot.keyClick(widget, Qt.Key.Key_Space)
    elif isinstance(widget, QComboBox):
        qtbot.keyClicks(widget, str(value))
    else:
        widget.selectAll()
        qtbot.keyClicks(widget, str(value))


def shown(widget: QWidget) -> object:
    return widget.value()


@pytest.mark.parametrize("name", NAMES)
def test_that_every_field_edits_the_document_and_marks_it_as_modified(panel, document, qtbot, name):
    value = getattr(OTHER, name)
    assert value != getattr(document.settings, name)
    enter(qtbot, field(panel, name), value)
    assert document.settings == replace(TrainingSettings(), **{name: value})
    assert document.modified


@pytest.mark.parametrize("name", NAMES)
def test_that_every_field_follows_settings_that_come_from_elsewhere(panel, document, name):
    document.set_settings(OTHER)
    assert shown(field(panel, name)) == getattr(OTHER, name)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("epochs", "0", "Epochs is 0; it must be a whole number from 1 to 10000."),
        ("batch_size", "5000", "Batch size is 5000; it must be a whole number from 1 to 4096."),
        ("learning_rate", "fast", "Learning rate must be a number greater than 0 and of at most 10, not 'fast'."),
        ("learning_rate", "0", "Learning rate is 0; it must be a number greater than 0 and of at most 10."),
        ("learning_rate", "nan", "Learning rate must be a number greater than 0 and of at most 10, not nan."),
        ("momentum", "1", "Momentum is 1; it must be a number from 0 to 0.999."),
        ("validation", "0.75", "Validation is 0.75; it must be a number from 0 to 0.5."),
    ],
)
def test_that_a_value_that_is_not_allowed_is_told_and_never_reaches_the_document(
    panel, document, qtbot, name, text, sentence
):
    before = document.settings
    enter(qtbot, field(panel, name), text)
    assert panel.said[-1] == sentence
    assert document.settings == before
    qtbot.keyClick(field(panel, name), Qt.Key.Key_Escape)
    assert panel.said[-1] == "" and shown(field(panel, name)) == getattr(before, name)


def test_that_other_settings_from_elsewhere_take_the_place_of_what_was_half_entered(panel, document, qtbot):
    enter(qtbot, field(panel, "epochs"), "0")
    same_epochs = replace(document.settings, seed=5)
    document.set_settings(same_epochs)
    assert panel.said[-1] == "" and shown(field(panel, "epochs")) == same_epochs.epochs


def test_that_opening_a_project_clears_a_wrong_entry_even_where_its_settings_are_the_same(panel, document, qtbot):
    project = document.project()
    enter(qtbot, field(panel, "learning_rate"), "fast")
    document.show_project(project, None)
    assert panel.said[-1] == "" and shown(field(panel, "learning_rate")) == project.settings.learning_rate


def test_that_an_edit_of_one_field_leaves_the_wrong_entry_in_another(panel, document, qtbot):
    enter(qtbot, field(panel, "learning_rate"), "fast")
    enter(qtbot, field(panel, "epochs"), "4")
    assert document.settings.epochs == 4
    assert "Learning rate" in panel.said[-1] and field(panel, "learning_rate").text() == "fast"


def test_that_the_fields_rest_while_a_run_lasts(panel, document, qtbot):
    document.set_locked(True)
    before = document.settings
    for name in NAMES:
        assert not field(panel, name).isEnabled()
    enter(qtbot, field(panel, "epochs"), "4")
    assert document.settings == before
    document.set_locked(False)
    enter(qtbot, field(panel, "epochs"), "4")
    assert document.settings.epochs == 4
