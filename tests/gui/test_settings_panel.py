"""The training settings under real keys and clicks: they edit the document, and follow it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui.controls.settings_panel import SettingsPanel
from cnn_gui.document import Document
from engine import schema
from engine.settings import TrainingSettings
from tests.helpers import tiny

OTHER = TrainingSettings(
    epochs=3, batch_size=128, loss="mean squared error", optimizer="Nesterov", learning_rate=0.05, momentum=0.5,
    rho=0.8, beta1=0.7, beta2=0.95, weight_decay=0.01, clip_norm=2.0, schedule="step", warm_up=0.1, drop=0.5,
    drop_every=0.25, augment=True, validation=0.25, seed=7,
)  # fmt: skip
PARAMS = {param.name: param for param in schema.params_of(TrainingSettings)}
NAMES = list(PARAMS)


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.file.mark_saved(None)
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
    panel.form.more.button.click()
    return panel


def field(panel: SettingsPanel, name: str) -> QWidget:
    return panel.form.rows[name].field


def enter(qtbot: QtBot, widget: QWidget, value: object) -> None:
    """Enter *value* as a person does: with keys, or a click on the box's square."""
    widget.setFocus()
    if isinstance(widget, QCheckBox):
        qtbot.keyClick(widget, Qt.Key.Key_Space)
    elif isinstance(widget, QComboBox):
        qtbot.keyClicks(widget, str(value).split()[0])  # a space would open the list
    else:
        widget.selectAll()
        qtbot.keyClicks(widget, str(value))


def shown(widget: QWidget) -> object:
    return widget.value()


def visible(panel: SettingsPanel) -> set[str]:
    """Return the names of the rows that matter at times only and are shown."""
    return {name for name, row in panel.form.rows.items() if PARAMS[name].when and row.isVisible()}


@pytest.mark.parametrize("name", NAMES)
def test_that_every_field_edits_the_document_and_marks_it_as_modified(panel, document, qtbot, name):
    value, when = getattr(OTHER, name), PARAMS[name].when
    if when:
        document.set_settings(replace(document.settings, **{when[0]: when[1][0]}))
    before = document.settings
    assert value != getattr(before, name)
    enter(qtbot, field(panel, name), value)
    follows = {"learning_rate": 0.05} if name == "optimizer" else {}
    assert document.settings == replace(before, **{name: value}, **follows)
    assert document.file.modified


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
        ("beta1", "1", "Beta 1 is 1; it must be a number from 0 to 0.9999."),
        ("clip_norm", "-1", "Clip norm is -1; it must be a number from 0 to 1000."),
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


# Rows that matter with some words of a choice only.


@pytest.mark.parametrize(
    ("optimizer", "rows"),
    [
        ("gradient descent", set()), ("momentum", {"momentum"}), ("Nesterov", {"momentum"}), ("RMSprop", {"rho"}),
        ("Adam", {"beta1", "beta2"}), ("AdamW", {"beta1", "beta2"}),
    ],
)  # fmt: skip
def test_that_only_the_settings_of_the_chosen_optimizer_are_shown(panel, document, optimizer, rows):
    document.set_settings(replace(OTHER, optimizer=optimizer, schedule="one-cycle"))
    assert visible(panel) == rows


@pytest.mark.parametrize(
    ("schedule", "rows"),
    [("constant", {"warm_up"}), ("cosine", {"warm_up"}), ("one-cycle", set()),
     ("step", {"warm_up", "drop", "drop_every"})],
)  # fmt: skip
def test_that_only_the_settings_of_the_chosen_schedule_are_shown(panel, document, schedule, rows):
    document.set_settings(replace(OTHER, optimizer="gradient descent", schedule=schedule))
    assert visible(panel) == rows


def test_that_choosing_shows_and_hides_at_once_and_values_are_kept(panel, document, qtbot):
    enter(qtbot, field(panel, "beta1"), "0.5")
    enter(qtbot, field(panel, "optimizer"), "RMSprop")
    assert visible(panel) == {"rho", "warm_up"}
    qtbot.keyClick(field(panel, "optimizer"), Qt.Key.Key_End)
    assert visible(panel) == {"beta1", "beta2", "warm_up"}
    assert shown(field(panel, "beta1")) == document.settings.beta1 == 0.5


def test_that_tab_goes_on_to_the_rows_that_have_just_appeared(panel, qtbot):
    activate(qtbot, panel)
    enter(qtbot, field(panel, "optimizer"), "Nesterov")
    assert QApplication.focusWidget() is field(panel, "optimizer")
    more = ("loss", "momentum", "weight_decay", "clip_norm", "warm_up", "augment")
    expected = [field(panel, "learning_rate"), field(panel, "schedule"), panel.form.more.button]
    for widget in expected + [field(panel, name) for name in more]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is widget


def test_that_a_field_that_goes_leaves_the_focus_to_the_choice_that_hid_it(panel, document, qtbot):
    activate(qtbot, panel)
    field(panel, "beta2").setFocus()
    document.set_settings(replace(document.settings, optimizer="momentum"))
    assert QApplication.focusWidget() is field(panel, "optimizer")


def test_that_a_wrong_entry_that_is_no_longer_seen_is_taken_back(panel, document, qtbot):
    enter(qtbot, field(panel, "beta1"), "much")
    assert "Beta 1" in panel.said[-1]
    enter(qtbot, field(panel, "optimizer"), "RMSprop")
    assert panel.said[-1] == ""
    enter(qtbot, field(panel, "optimizer"), "Adam")
    assert shown(field(panel, "beta1")) == document.settings.beta1


def test_that_no_word_of_a_choice_is_cut_off_however_narrow_the_panel(panel, qtbot):
    for width in (200, 300, 500):
        panel.resize(width, 700)
        QApplication.processEvents()
        for row in panel.form.rows.values():
            if isinstance(row.field, QComboBox):
                assert row.field.width() >= row.field.room() > row.field.fontMetrics().horizontalAdvance("constant")


# What is usual with the chosen word.


def remark(panel: SettingsPanel, name: str = "optimizer") -> str:
    note = panel.form.rows[name].note
    return note.text() if note.isVisible() else ""


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [("gradient descent", 0.1), ("momentum", 0.05), ("Nesterov", 0.05), ("RMSprop", 0.001), ("AdamW", 0.001)],
)
def test_that_another_optimizer_comes_with_its_usual_learning_rate_and_says_so(panel, document, qtbot, optimizer, rate):
    document.set_settings(replace(document.settings, learning_rate=0.004))
    enter(qtbot, field(panel, "optimizer"), optimizer)
    assert (document.settings.optimizer, document.settings.learning_rate) == (optimizer, rate)
    assert shown(field(panel, "learning_rate")) == rate
    assert remark(panel) == f"Learning rate changed from 0.004 to {rate}, the default here."


def test_that_a_learning_rate_that_a_person_entered_stays_and_the_usual_one_is_told(panel, document, qtbot):
    enter(qtbot, field(panel, "learning_rate"), "0.02")
    enter(qtbot, field(panel, "optimizer"), "momentum")
    assert document.settings.learning_rate == 0.02
    assert remark(panel) == "Learning rate stays at 0.02, which you chose; the default here is 0.05."


def test_that_a_rate_that_was_entered_and_has_gone_again_is_no_choice_any_more(panel, document, qtbot):
    enter(qtbot, field(panel, "learning_rate"), "0.02")
    document.set_settings(replace(document.settings, learning_rate=0.003))
    enter(qtbot, field(panel, "optimizer"), "momentum")
    assert document.settings.learning_rate == 0.05


def test_that_optimizer_and_rate_are_one_undo_step_and_the_remark_goes_with_it(panel, document, qtbot):
    before, count = document.settings, document.undo_stack.count()
    enter(qtbot, field(panel, "optimizer"), "momentum")
    assert document.undo_stack.count() == count + 1 and document.undo_stack.undoText() == "Change Optimizer"
    document.undo_stack.undo()
    assert document.settings == before and remark(panel) == ""
    assert shown(field(panel, "learning_rate")) == before.learning_rate
    document.undo_stack.redo()
    assert document.settings.learning_rate == 0.05


def test_that_a_remark_goes_with_the_next_entry_and_there_is_none_where_nothing_changed(panel, document, qtbot):
    qtbot.keyClick(field(panel, "optimizer"), Qt.Key.Key_End)
    assert document.settings.optimizer == "AdamW" and remark(panel) == ""
    qtbot.keyClick(field(panel, "optimizer"), Qt.Key.Key_Home)
    assert remark(panel)
    enter(qtbot, field(panel, "epochs"), "3")
    assert remark(panel) == "" and document.settings.learning_rate == 0.1


def test_that_a_setting_is_an_undo_step_and_none_during_a_run(panel, document, qtbot):
    enter(qtbot, field(panel, "epochs"), "3")
    document.undo_stack.undo()
    assert shown(field(panel, "epochs")) == document.settings.epochs == TrainingSettings().epochs
    document.set_locked(True)
    before = document.settings
    with qtbot.waitSignal(document.refused):
        document.set_settings(replace(before, epochs=3))
    assert document.settings == before


# The rows that are folded away.


def test_that_the_usual_settings_are_in_sight_and_the_others_one_click_away(qtbot, document):
    panel = SettingsPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    usual = {"epochs", "batch_size", "optimizer", "learning_rate", "schedule"}
    assert {name for name in NAMES if field(panel, name).isVisible()} == usual
    for opened in (True, False):
        qtbot.keyClick(panel.form.more.button, Qt.Key.Key_Space)
        assert field(panel, "seed").isVisible() == opened and field(panel, "epochs").isVisible()


def test_that_what_is_folded_away_can_be_looked_at_during_a_run(panel, document, qtbot):
    panel.form.more.button.click()
    document.set_locked(True)
    qtbot.mouseClick(panel.form.more.button, Qt.MouseButton.LeftButton)
    assert field(panel, "seed").isVisible() and not field(panel, "seed").isEnabled()


def test_that_the_fold_tells_how_many_settings_in_it_are_not_as_usual(panel, document, qtbot):
    assert panel.form.more.button.text().strip() == "More"
    enter(qtbot, field(panel, "seed"), "7")
    enter(qtbot, field(panel, "augment"), True)
    assert "2 changed" in panel.form.more.button.text()
    assert (
        panel.form.more.button.toolTip() == "Changed from default:\nAugment: True (default False)\nSeed: 7 (default 0)"
    )
    document.set_settings(replace(document.settings, rho=0.5))  # Adam, which is chosen, has none
    assert "2 changed" in panel.form.more.button.text()
    document.set_settings(TrainingSettings())
    assert "usual" not in panel.form.more.button.text()


def test_that_a_wrong_entry_that_is_folded_away_is_taken_back_and_the_button_gets_the_focus(panel, qtbot):
    activate(qtbot, panel)
    enter(qtbot, field(panel, "clip_norm"), "-1")
    assert "Clip norm" in panel.said[-1]
    panel.form.more.button.click()
    assert panel.said[-1] == "" and shown(field(panel, "clip_norm")) == 0.0
    assert QApplication.focusWidget() is panel.form.more.button


def activate(qtbot: QtBot, panel: SettingsPanel) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
