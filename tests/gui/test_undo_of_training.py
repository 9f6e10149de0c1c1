"""Training is taken back like an edit: weights, optimizer, history, figures, and what the file is known to have."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_gui import document as documents
from cnn_gui.commands import SwapLearned
from cnn_gui.document import Document
from cnn_gui.training import worker
from cnn_gui.training.controller import State, TrainingController
from engine.files.project import open_project, save
from tests.helpers import tiny


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(train=640), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.set_settings(replace(document.settings, epochs=2, batch_size=16))
    document.undo_stack.clear()
    document.file.mark_saved(None)
    return document


@pytest.fixture
def controller(document):
    controller = TrainingController(document)
    yield controller
    assert controller.shut_down()


def run(qtbot, controller: TrainingController) -> None:
    controller.start()
    qtbot.waitUntil(lambda: controller.state is State.IDLE, timeout=10_000)


def steps(qtbot, controller: TrainingController, document: Document, count: int) -> None:
    """Do single steps, one after the other."""
    for _ in range(count):
        before = document.history.steps
        controller.step()
        qtbot.waitUntil(lambda before=before: document.history.steps == before + 1)
        qtbot.waitUntil(lambda: not controller._control.stepping)


def state(document: Document) -> tuple:
    """Return all that training changes, as values that can be compared."""
    history, built_up = document.history, document._network.optimizer_for(document.settings.optimizer)
    n = history.steps
    return (
        document.model.parameters.flat.tobytes(), history.loss[:n].tobytes(), history.accuracy[:n].tobytes(),
        repr(history.epochs), built_up and {name: array.tobytes() for name, array in built_up.items()},
        document.stale_figures,
    )  # fmt: skip


def test_that_runs_are_undo_steps_that_bring_everything_back_and_can_be_redone(qtbot, document, controller):
    states = [state(document)]
    for _ in range(3):
        run(qtbot, controller)
        states.append(state(document))
    assert len(set(map(str, states))) == 4 and document.undo_stack.count() == 3
    assert document.undo_stack.undoText() == "Training of 72 steps"
    for expected in reversed(states[:-1]):
        document.undo()
        assert state(document) == expected
    for expected in states[1:]:
        document.redo()
        assert state(document) == expected


def test_that_a_run_after_an_undo_repeats_the_one_that_was_undone(qtbot, document, controller):
    run(qtbot, controller)
    document.undo()
    before = state(document)
    document.redo()
    run(qtbot, controller)
    weights, losses, _, _, built_up, _ = state(document)
    document.undo()
    run(qtbot, controller)
    again = state(document)
    assert (again[0], again[1], again[4]) == (weights, losses, built_up)  # moments and the order of the images too
    document.undo()
    document.undo()
    assert state(document) == before


def test_that_the_optimizer_goes_on_from_one_run_to_the_next_and_begins_anew_where_it_is_another(
    qtbot, document, controller
):
    run(qtbot, controller)
    assert document.optimizer_time == 72
    run(qtbot, controller)
    assert document.optimizer_time == 144
    document.set_settings(replace(document.settings, optimizer="momentum", learning_rate=0.01))
    assert document.optimizer_time == 0
    document.undo()
    assert document.optimizer_time == 144
    document.reset_weights()
    assert document.optimizer_time == 0
    document.undo()
    assert document.optimizer_time == 144


def test_that_each_single_step_is_an_undo_step(qtbot, document, controller):
    document.set_settings(replace(document.settings, epochs=10_000))
    seen = [state(document)]
    steps(qtbot, controller, document, 3)
    assert controller.state is State.PAUSED
    controller.shut_down()
    assert [document.undo_stack.text(i) for i in range(1, 4)] == ["Training step"] * 3
    weights = [seen[0][0]]
    for left in (2, 1, 0):
        document.undo()
        assert document.history.steps == document.optimizer_time == left
        weights.append(document.model.parameters.flat.tobytes())
    assert len(set(weights)) == 3 and weights[-1] == seen[0][0]
    for done in (1, 2, 3):
        document.redo()
        assert document.history.steps == document.optimizer_time == done


def test_that_a_run_between_single_steps_is_a_step_of_its_own(qtbot, document, controller):
    document.set_settings(replace(document.settings, epochs=10_000))
    count = document.undo_stack.count()
    steps(qtbot, controller, document, 2)
    controller.resume()
    qtbot.waitUntil(lambda: document.history.steps > 20)
    controller.pause()
    qtbot.wait(100)
    held = document.history.steps
    steps(qtbot, controller, document, 1)
    controller.shut_down()
    texts = [document.undo_stack.text(i) for i in range(count, document.undo_stack.count())]
    assert texts == ["Training step", "Training step", f"Training of {held - 2} steps", "Training step"]


def test_that_a_run_without_a_step_is_no_undo_step_and_changes_nothing(qtbot, document, controller):
    before = state(document)
    controller.start(paused=True)
    controller.shut_down()
    assert state(document) == before and not document.undo_stack.canUndo() and not document.file.modified


def test_that_the_mark_of_unsaved_work_follows_undo_of_training(qtbot, document, controller):
    run(qtbot, controller)
    assert document.file.modified
    document.undo()
    assert not document.file.modified
    document.redo()
    assert document.file.modified


def test_that_a_file_saved_in_mid_run_is_not_taken_for_what_undo_brings_back(qtbot, document, controller):
    document.set_settings(replace(document.settings, epochs=10_000))
    document.file.mark_saved(None)
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 5)
    document.file.mark_saved(None)
    controller.shut_down()
    assert document.file.modified
    document.undo()
    assert document.file.modified and not document.history.steps


def test_that_edits_and_runs_are_undone_in_their_order(qtbot, document, controller):
    run(qtbot, controller)
    trained, conv = state(document), document.architecture.layers[0]
    document.configure(conv.uid, replace(conv.config, filters=4))
    edited = state(document)
    run(qtbot, controller)
    for expected in (edited, trained):
        document.undo()
        assert state(document) == expected
    document.undo()
    assert document.history.steps == 0
    for _ in range(3):
        document.redo()
    assert document.history.steps == 144 and document.architecture.layers[0].config.filters == 4


def test_that_undo_tells_what_was_undone(qtbot, document, controller):
    said = []
    document.told.connect(said.append)
    run(qtbot, controller)
    document.undo()
    document.redo()
    assert said == ["Undone: Training of 72 steps", "Redone: Training of 72 steps"]


def test_that_what_undo_keeps_is_bounded_and_what_was_dropped_is_told(qtbot, document, controller, monkeypatch):
    run(qtbot, controller)
    size = document.undo_stack.command(0).other.size
    monkeypatch.setattr(documents, "UNDO_BYTES", 4 * size)
    said, refused = [], []
    document.told.connect(said.append)
    document.refused.connect(refused.append)
    for _ in range(4):
        run(qtbot, controller)
    commands = [document.undo_stack.command(i) for i in range(5)]
    assert all(isinstance(command, SwapLearned) for command in commands)
    assert sum(command.other.size for command in commands if command.other) <= 4 * size
    assert "older weights were dropped to save memory" in said[-1]
    kept = sum(command.other is not None for command in commands)
    for _ in range(kept):
        document.undo()
    index, weights = document.undo_stack.index(), document.model.parameters.flat.copy()
    document.undo()
    assert document.undo_stack.index() == index and (document.model.parameters.flat == weights).all()
    assert "dropped to save memory" in refused[-1]


def test_that_the_newest_run_can_always_be_undone(qtbot, document, controller, monkeypatch):
    monkeypatch.setattr(documents, "UNDO_BYTES", 1)
    before = state(document)
    run(qtbot, controller)
    run(qtbot, controller)
    document.undo()
    assert document.history.steps == 72
    assert document.undo_stack.command(0).other is None and before


def test_that_moments_before_single_steps_are_bounded(qtbot, document, controller, monkeypatch):
    document.set_settings(replace(document.settings, epochs=10_000))
    count, before = document.undo_stack.count(), state(document)
    size = 3 * document.model.parameters.flat.nbytes + 8
    monkeypatch.setattr(worker, "MARKS_LIMIT", 2 * size)
    steps(qtbot, controller, document, 6)
    controller.shut_down()
    assert document.undo_stack.count() == count + 3
    for _ in range(3):
        document.undo()
    assert state(document) == before


def test_that_an_undo_which_other_data_made_impossible_is_refused_until_that_data_is_back(qtbot, document, controller):
    run(qtbot, controller)
    refused = []
    document.refused.connect(refused.append)
    document.set_data(tiny.dataset(size=12), "large.npz")
    document.undo()
    assert "open the data that it had" in refused[0] and document.history.steps == 72
    document.set_data(tiny.dataset(train=640), "tiny.npz")
    document.undo()
    assert document.history.steps == 0


def test_that_the_record_of_a_weight_forgets_steps_that_were_taken_back(qtbot, document, controller):
    from engine.watch import Weight

    document.watch.look_at(Weight(document.architecture.layers[0].uid, "weight", (1, 0, 2, 2)), document.model)
    run(qtbot, controller)
    assert document.watch.record.latest.step == 72
    run(qtbot, controller)
    assert document.watch.record.latest.step == document.watch.record.latest.time == 144
    document.undo()
    assert document.watch.record.latest is None


# Figures.


@pytest.fixture
def figures(document) -> list[str]:
    told = []
    document.figures_changed.connect(told.append)
    return told


def test_that_figures_are_those_of_before_an_edit_until_it_is_undone_or_the_next_run(
    qtbot, document, controller, figures
):
    run(qtbot, controller)
    assert document.stale_figures == "" and figures == []
    conv = document.architecture.layers[0]
    document.configure(conv.uid, replace(conv.config, kernel_size=(5, 5)))
    assert figures == ["before the edit"] and document.stale_figures == figures[0]
    document.undo()
    assert document.stale_figures == "" and figures[1:] == [""]
    document.redo()
    run(qtbot, controller)
    assert document.stale_figures == "" and figures[-2:] == ["before the edit", ""]
    document.undo()
    assert document.stale_figures == "before the edit"


def test_that_figures_of_other_data_or_of_another_loss_are_told_too(qtbot, document, controller, figures):
    run(qtbot, controller)
    document.set_data(tiny.dataset(seed=1), "other.npz")
    assert figures == ["before the change of data"]
    document.set_data(tiny.dataset(train=640), "tiny.npz")
    assert figures[1:] == [""]
    document.set_settings(replace(document.settings, loss="mean squared error"))
    assert figures[2:] == ["before the change of the loss"]
    document.reset_weights()
    assert figures[3:] == [""]  # there are none any more
    document.undo()
    assert document.stale_figures == "before the change of the loss"


def test_that_a_setting_which_changes_no_figure_leaves_them(qtbot, document, controller, figures):
    run(qtbot, controller)
    document.set_settings(replace(document.settings, learning_rate=0.1, epochs=3))
    assert figures == []


@pytest.mark.parametrize("change", ["edit", "data", "loss", ""])
def test_that_a_project_saved_after_a_change_still_says_what_its_figures_describe(
    qtbot, document, controller, tmp_path, change
):
    run(qtbot, controller)
    if change == "edit":
        document.insert(1, "tanh")
    elif change == "data":
        document.set_data(tiny.dataset(seed=1), "other.npz")
    elif change == "loss":
        document.set_settings(replace(document.settings, loss="mean squared error"))
    save(tmp_path / "a.cnn", document.project())
    other = Document()
    other.show_project(open_project(tmp_path / "a.cnn"), tmp_path / "a.cnn")
    assert other.figures_of == change and other.stale_figures == document.stale_figures
    assert Document().figures_of == ""


# Divergence.


def diverge(qtbot, document, controller, rate=10.0):
    """Train with a learning rate that is far too high; return what is told."""
    document.set_settings(replace(document.settings, learning_rate=rate, optimizer="gradient descent", epochs=10_000))
    with qtbot.waitSignal(controller.diverged) as told:
        controller.start()
    return told.args[0]


def test_that_going_back_from_a_run_that_diverged_brings_weights_history_and_figures_of_before(
    qtbot, document, controller
):
    run(qtbot, controller)
    document.set_settings(replace(document.settings, learning_rate=10.0, optimizer="gradient descent"))
    before = state(document)
    divergence = diverge(qtbot, document, controller)
    assert divergence.rate == 0.1
    if divergence.held:
        assert controller.state is State.PAUSED
        controller.give_up()
    qtbot.waitUntil(lambda: controller.state is State.IDLE)
    assert document.stale_figures == "of the run that diverged" and document.history.steps > 72
    assert document.optimizer_time == 0
    document.go_back()
    assert state(document) == before or document.history.epochs[-1].step == document.history.steps


def test_that_going_back_to_an_epoch_of_the_run_ends_the_history_there(qtbot, document, controller, monkeypatch):
    from engine.learner import Learner

    move, count = Learner._move, [0]

    def spoiled(self, learned, gradient, rate):
        move(self, learned, gradient, rate)
        count[0] += 1
        if count[0] > 80:  # in the third epoch of 36 steps
            learned *= np.nan

    monkeypatch.setattr(Learner, "_move", spoiled)
    document.set_settings(replace(document.settings, epochs=100))
    kept = []
    controller.epoch_finished.connect(lambda result: kept.append(result))
    with qtbot.waitSignal(controller.diverged) as told:
        controller.start()
    assert "those after epoch 2" in told.args[0].text and not told.args[0].held
    qtbot.waitUntil(lambda: controller.state is State.IDLE)
    assert document.history.steps == 80 and document.stale_figures == "of the run that diverged"
    weights = document.model.parameters.flat.copy()
    document.go_back()
    assert document.history.steps == 72 and len(document.history.epochs) == 2 and document.stale_figures == ""
    assert (document.model.parameters.flat == weights).all()
    document.undo()
    assert document.history.steps == 0
