"""The menus, the tool bar and the keys of the window."""

import platform
import re
from collections import Counter
from importlib import metadata

import numpy as np
import pytest
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QToolBar, QToolButton, QWidget

from cnn_gui import command_table, errors, settings
from cnn_gui.command_table import Place
from cnn_gui.main_window import MainWindow
from cnn_gui.training.controller import State
from cnn_gui.window import preset_menu
from cnn_gui.window.text_dialog import TextDialog
from engine import presets
from tests.helpers.dialogs import answering, told
from tests.helpers.window import open_tiny_window

Key, NONE, SHIFT, CTRL = Qt.Key, *(getattr(Qt.KeyboardModifier, f"{n}Modifier") for n in ("No", "Shift", "Control"))


@pytest.fixture
def window(qtbot, tmp_path) -> MainWindow:
    yield from open_tiny_window(qtbot, tmp_path)


def action(window: MainWindow, name: str) -> QAction:
    found = window.findChild(QAction, name)
    assert found is not None
    return found


def menu(window: MainWindow, title: str) -> QMenu:
    return next(each.menu() for each in window.menuBar().actions() if each.text().replace("&", "") == title)


def tool_button(window: MainWindow, name: str) -> QToolButton:
    return window.findChild(QToolBar).widgetForAction(action(window, name))


def settle(qtbot, window: MainWindow, state: State) -> None:
    qtbot.waitUntil(lambda: window.controller.state is state)


def test_that_each_menu_holds_its_commands_once(window):
    bar = [each.text() for each in window.menuBar().actions()]
    assert bar == ["&File", "&Edit", "&Network", "&Train", "&View", "&Help"]
    for title in bar:
        entries = [each.text() for each in menu(window, title.replace("&", "")).actions() if not each.isSeparator()]
        assert entries and len(set(entries)) == len(entries)


def test_that_no_two_commands_share_a_key_and_no_two_entries_of_a_menu_a_mnemonic(window):
    keys = [key.toString() for each in window.findChildren(QAction) for key in each.shortcuts()]
    assert len(set(keys)) == len(keys)
    for each in (
        window.menuBar(),
        *(menu(window, title.text().replace("&", "")) for title in window.menuBar().actions()),
    ):
        letters = [match[1].lower() for entry in each.actions() if (match := re.search("&([^& ])", entry.text()))]
        assert len(set(letters)) == len(letters), letters


def test_that_every_action_has_a_tooltip_that_names_its_key(window):
    for each in window.findChildren(QAction):
        if each.objectName() and not each.shortcut().isEmpty():
            assert f"({each.shortcut().toString(QKeySequence.SequenceFormat.NativeText)}" in each.toolTip()


def test_that_every_tool_button_shows_an_icon_and_says_what_it_does(window):
    for name in ("new", "open", "save", "undo", "redo"):
        button = tool_button(window, name)
        assert not button.icon().isNull() and button.toolTip() and button.text()


# Keys of a run.


def test_that_f5_trains_pauses_and_resumes_and_shift_f5_stops(window, qtbot):
    for state in (State.RUNNING, State.PAUSED, State.RUNNING):
        qtbot.keyClick(window.canvas, Key.Key_F5)
        settle(qtbot, window, state)
    qtbot.keyClick(window.canvas, Key.Key_F5, SHIFT)
    settle(qtbot, window, State.IDLE)


def test_that_f6_is_one_step_each_time(window, qtbot):
    for steps in (1, 2):
        qtbot.keyClick(window.canvas, Key.Key_F6)
        qtbot.waitUntil(lambda steps=steps: window.document.history.steps == steps)
    settle(qtbot, window, State.PAUSED)


def test_that_the_keys_of_a_run_do_nothing_where_no_run_can_start(window, qtbot):
    window.settings_panel.invalid_changed.emit("Epochs is 0.")
    for key in (Key.Key_F5, Key.Key_F6, Key.Key_Space, Key.Key_Right):
        window.setFocus()
        qtbot.keyClick(window, key)
        assert window.controller.state is State.IDLE


def test_that_space_trains_and_pauses_and_r_resets_from_the_network(window, qtbot):
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Key.Key_Space)
    qtbot.waitUntil(lambda: window.document.history.steps > 0)
    qtbot.keyClick(window.canvas, Key.Key_Space)
    assert window.controller.state is State.PAUSED
    window.controller.shut_down()
    qtbot.keyClick(window.canvas, Key.Key_R)
    assert window.document.history.steps == 0


def test_that_right_selects_on_the_network_and_trains_nowhere(window, qtbot):
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Key.Key_Right)
    assert window.document.selected == window.document.architecture.layers[0].uid
    for focus in (window.draw.canvas, window.lens, window.run_bar, window):
        qtbot.keyClick(focus, Key.Key_Right)
    assert not window.controller.busy and window.document.history.steps == 0


def test_that_space_and_r_belong_to_the_network_page_alone(window, qtbot):
    window.document.history.add_step(1.0, 0.5)
    window.results_door.open()
    for key in (Key.Key_Space, Key.Key_R, Key.Key_Right, Key.Key_Home):
        qtbot.keyClick(window.results, key)
        qtbot.keyClick(window, key)
    assert not window.controller.busy and window.document.history.steps == 1
    qtbot.keyClick(window.results, Key.Key_F5)
    assert window.controller.busy


def test_that_r_does_not_reset_during_a_run(window, qtbot):
    qtbot.keyClick(window.canvas, Key.Key_Space)
    qtbot.waitUntil(lambda: window.document.history.steps > 3)
    qtbot.keyClick(window.canvas, Key.Key_R)
    assert window.controller.state is State.RUNNING and window.document.history.steps > 3


@pytest.mark.parametrize("key", [Key.Key_Space, Key.Key_R])
def test_that_a_key_that_is_held_down_acts_once(window, qtbot, key):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    done = []
    window.controller.state_changed.connect(done.append)
    window.run_bar.reset_requested.connect(lambda: done.append("reset"))
    for held in (False, True, True):
        event = QKeyEvent(QEvent.Type.KeyPress, key, NONE, "", held)
        QApplication.sendEvent(window.canvas, event)
    assert len(done) == 1


def test_that_modified_keys_are_not_the_keys_of_a_run(window, qtbot):
    for key in (Key.Key_Space, Key.Key_R, Key.Key_Right):
        qtbot.keyClick(window.draw.canvas, key, CTRL)
    assert window.controller.state is State.IDLE and window.document.history.steps == 0


def typing_places(window: MainWindow) -> list[QWidget]:
    rows = window.settings_panel.form.rows
    window.document.select(window.document.architecture.layers[0].uid)
    window.lens.tabs.setCurrentWidget(window.form)
    return [
        window.palette_view.search, rows["epochs"].field, rows["learning_rate"].field, rows["optimizer"].field,
        window.form.page.form.rows["filters"].field,
    ]  # fmt: skip


def test_that_keys_are_inactive_while_one_types_into_a_field(window, qtbot):
    window.document.history.add_step(1.0, 0.5)
    for field in typing_places(window):
        field.setFocus()
        for key in (Key.Key_R, Key.Key_Right, Key.Key_H, Key.Key_Slash):
            qtbot.keyClick(field, key)
        if field is not typing_places(window)[3]:  # where Space opens the list of choices
            qtbot.keyClick(field, Key.Key_Space)
        assert window.controller.state is State.IDLE and window.document.history.steps == 1, field.accessibleName()
        assert QApplication.activeModalWidget() is None, field.accessibleName()


# The other commands.


def test_that_undo_and_redo_follow_the_stack_and_rest_during_a_run(window, qtbot):
    undo, redo = action(window, "undo"), action(window, "redo")
    assert not undo.isEnabled() and not redo.isEnabled()
    before = window.document.architecture
    window.document.insert(1, "tanh")
    assert undo.isEnabled() and undo.text() == "Undo Insert Tanh"
    window.controller.start()
    assert not undo.isEnabled()
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    assert window.document.architecture != before
    qtbot.waitUntil(lambda: window.document.history.steps > 0)
    window.controller.shut_down()
    assert undo.isEnabled() and undo.text().startswith("Undo Training")
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    assert window.document.history.steps == 0 and window.document.architecture != before
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    assert window.document.architecture == before
    qtbot.keyClick(window.canvas, Key.Key_Y, CTRL)
    assert window.document.architecture != before
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL | SHIFT)
    assert window.document.architecture != before


def test_that_undo_of_a_held_run_ends_it_and_takes_one_single_step_back_at_a_time(window, qtbot):
    undo, document = action(window, "undo"), window.document
    weights = document.model.parameters.flat.copy()
    for count in (1, 2):
        action(window, "step").trigger()
        qtbot.waitUntil(lambda count=count: document.history.steps == count)
        qtbot.waitUntil(lambda: not window.controller._control.stepping)
    assert window.controller.state is State.PAUSED and undo.isEnabled() and undo.text() == "Undo training"
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    assert window.controller.state is State.IDLE and document.history.steps == 1
    assert window.statusBar().currentMessage() == "Undone: Training step"
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    assert document.history.steps == 0 and (document.model.parameters.flat == weights).all()
    assert not window.isWindowModified() and not undo.isEnabled()
    qtbot.keyClick(window.canvas, Key.Key_Y, CTRL)
    assert document.history.steps == 1


def test_that_what_the_status_bar_says_follows_undo(window, qtbot):
    window.reset()
    assert "random again" in window.statusBar().currentMessage()
    qtbot.keyClick(window.canvas, Key.Key_Z, CTRL)
    assert window.statusBar().currentMessage() == "Undone: Reset weights"


def test_that_delete_deletes_the_selected_layer_and_rests_while_there_is_none(window):
    window.document.select("")
    delete = action(window, "delete")
    assert not delete.isEnabled() and delete.toolTip().endswith("\nSelect a layer first.")
    window.document.select(window.document.architecture.layers[1].uid)
    action(window, "delete").trigger()
    assert len(window.document.architecture.layers) == 5


def choose_preset(window: MainWindow, name: str) -> None:
    next(each for each in menu(window, "Network").actions() if each.text() == name).trigger()


def test_that_a_preset_begins_an_untitled_project_and_saving_never_hits_the_file_of_before(window, monkeypatch):
    document, preset = window.document, presets.load("lenet5")
    path, settings = document.file.path, preset.settings
    before = path.read_bytes()
    choose_preset(window, preset.title)
    assert [type(spec.config) for spec in document.architecture.layers] == [
        type(spec.config) for spec in preset.architecture.layers
    ]
    assert document.settings.epochs == settings.epochs and document.settings.validation == 0.1
    assert document.data.dataset is not None
    assert window.windowTitle() == "Untitled[*]" and not window.isWindowModified()
    assert not document.undo_stack.canUndo()
    asked = []
    monkeypatch.setattr("cnn_gui.project_files.QFileDialog.getSaveFileName", lambda *_: asked.append(True) or ("", ""))
    action(window, "save").trigger()
    assert asked and path.read_bytes() == before


@pytest.mark.parametrize("name", ["Trained LeNet-5", presets.load("lenet5").title])
def test_that_unsaved_work_is_asked_about_before_another_network_takes_its_place(window, qtbot, name):
    window.document.insert(0, "tanh")
    before, path = window.document.architecture, window.document.file.path
    with answering(qtbot, QMessageBox.StandardButton.Cancel) as asked:
        choose_preset(window, name)
    assert asked == ["Save the changes to tiny?"]
    assert window.document.architecture == before and window.document.file.path == path
    with answering(qtbot, QMessageBox.StandardButton.Discard):
        choose_preset(window, name)
    assert len(window.document.architecture.layers) == 13 and window.document.file.path is None


def test_that_a_preset_asks_about_a_run_and_ends_it(window, qtbot):
    window.controller.start()
    qtbot.waitUntil(lambda: window.document.history.steps > 3)
    with answering(qtbot, QMessageBox.StandardButton.Discard) as asked:
        choose_preset(window, presets.load("lenet5").title)
    assert "training run will be stopped" in asked[0]
    assert window.controller.state is State.IDLE and not window.document.history.steps
    assert len(window.document.architecture.layers) == 13


def test_that_the_trained_network_that_ships_can_be_opened_again(window, qtbot):
    choose_preset(window, "Trained LeNet-5")
    qtbot.waitUntil(lambda: not window.document.data.awaited)
    document = window.document
    assert len(document.history.epochs) == 24 and document.file.path is None and not document.file.modified
    assert "98" in window.test_figures.text()


def test_that_undo_takes_settings_and_layers_back_one_by_one_the_last_one_first(window, qtbot):
    document, undo = window.document, action(window, "undo")
    before = document.architecture
    document.insert(1, "tanh")
    window.settings_panel.form.rows["seed"].field.setValue(5)
    assert undo.text() == "Undo Change Seed"
    undo.trigger()
    assert document.settings.seed == 0 and document.architecture != before
    undo.trigger()
    assert document.architecture == before
    for _ in range(2):
        document.undo_stack.redo()
    assert document.settings.seed == 5 and document.architecture != before


def test_that_a_preset_ends_with_the_classes_of_the_data(window):
    preset_menu.load(window.files, window.document, "lenet5")
    dense = [spec for spec in window.document.architecture.layers if spec.type.name == "dense"]
    assert dense[-1].config.units == len(window.document.data.class_names) == 2


def test_that_about_tells_the_versions_that_a_report_needs(window, qtbot):
    action(window, "about").trigger()
    box = next(each for each in window.findChildren(QMessageBox) if each.isVisible())
    wanted = f"cnn-gui {metadata.version('cnn-gui')}", platform.python_version(), qVersion(), np.__version__
    assert all(each in box.text() for each in wanted)
    assert box.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    box.close()


def test_that_about_opens_and_the_window_goes_on(window, qtbot):
    action(window, "about").trigger()
    assert "MNIST" in told(qtbot)


@pytest.mark.parametrize("by_key", [True, False])
def test_that_the_list_of_keys_has_every_key_of_the_table_with_what_it_does(window, qtbot, by_key):
    if by_key:
        qtbot.keyClick(window.canvas, Key.Key_H)
    else:
        action(window, "keys").trigger()
    text = window.findChild(TextDialog).text.toPlainText()
    for command in command_table.COMMANDS:
        for place in command.keys:
            assert command.title in text
            for each in command.sequences(place):
                assert each.toString(QKeySequence.SequenceFormat.NativeText) in text


def test_that_a_key_means_one_thing_in_one_place_and_what_works_everywhere_nothing_else_anywhere():
    keys = {place: [] for place in Place}
    for command in command_table.COMMANDS:
        for place in command.keys:
            keys[place] += [each.toString() for each in command.sequences(place)]
    for place, used in keys.items():
        assert max(Counter(used).values()) == 1, place
        assert place is Place.EVERYWHERE or not set(used) & set(keys[Place.EVERYWHERE])


def test_that_every_key_of_an_action_is_in_the_table(window):
    for each in window.findChildren(QAction):
        if each.objectName() and each.shortcuts():
            command = command_table.command(each.objectName())
            assert each.shortcuts() == (command.sequences(Place.EVERYWHERE) or command.sequences(Place.NETWORK))


def test_that_tooltips_outside_the_menus_name_the_keys_of_the_table(window):
    assert window.run_bar.step_button.toolTip() == "Train on one mini-batch, then pause (F6)"
    assert window.run_bar.play_button.toolTip() == "Train (F5, or Space on the network page)"
    assert window.run_bar.reset_button.toolTip() == "Start again with new random weights (R on the network page)"
    assert window.microscope.head.back_button.toolTip() == "Back to the network (Esc)"
    assert window.lens.why_button.toolTip().endswith("(W)")


def test_that_the_logs_folder_is_shown(window, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    action(window, "log").trigger()
    assert opened == [str(errors.log_path().parent)]


def test_that_a_chosen_scheme_is_remembered_and_announced(window, qtbot):
    entries = {each.text(): each for each in menu(window, "View").actions()}
    assert [text for text, each in entries.items() if each.isChecked()] == ["Follow the system"]
    with qtbot.waitSignal(window.scheme_chosen):
        entries["Dark"].trigger()
    assert settings.scheme() == "dark"
    assert [text for text, each in entries.items() if each.isChecked()] == ["Dark"]


def test_that_quit_closes_the_window(window, qtbot):
    action(window, "quit").trigger()
    assert not window.isVisible()
