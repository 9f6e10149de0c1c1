"""The run: control, mailbox, worker and controller, with real threads."""

import os
import signal
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from cnn_gui.document import Document
from cnn_gui.training import controller as controllers
from cnn_gui.training.control import RunControl
from cnn_gui.training.controller import State, TrainingController
from cnn_gui.training.mailbox import Mailbox
from cnn_gui.training.snapshot import take_snapshot
from engine.model import Model
from engine.threads import default_threads
from engine.trainer import StepResult, Trainer
from engine.watch import Weight
from tests.helpers import tiny


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(train=640), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.set_settings(replace(document.settings, epochs=2, batch_size=16))
    return document


@pytest.fixture
def controller(document):
    controller = TrainingController(document)
    yield controller
    assert controller.shut_down()


def wait_for(qtbot, controller: TrainingController, state: State) -> None:
    qtbot.waitUntil(lambda: controller.state is state, timeout=10_000)


def endless(document: Document) -> None:
    document.set_settings(replace(document.settings, epochs=10_000))


def test_that_a_run_trains_and_hands_its_weights_and_history_to_the_document(document, controller, qtbot):
    before = document.model.parameters.flat.copy()
    controller.start()
    assert document.locked
    wait_for(qtbot, controller, State.IDLE)
    assert not document.locked and not controller.busy
    assert document.history.steps == 2 * 36
    assert len(document.history.epochs) == 2
    assert np.abs(document.model.parameters.flat - before).max() > 0


def test_that_the_same_seed_gives_the_same_weights_as_the_trainer_alone(document, controller, qtbot):
    document.reset_weights()
    alone = Model.build(document.architecture, document.data.input_shape, np.random.default_rng(document.settings.seed))
    for _ in Trainer(alone, document.data.dataset, document.settings).run():
        pass
    controller.start()
    wait_for(qtbot, controller, State.IDLE)
    np.testing.assert_array_equal(document.model.parameters.flat, alone.parameters.flat)


def test_that_pause_holds_resume_goes_on_and_stop_ends_each_within_a_tenth_of_a_second(document, controller, qtbot):
    endless(document)
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 3)
    controller.pause()
    qtbot.wait(100)
    held = document.history.steps
    qtbot.wait(200)
    assert document.history.steps == held
    controller.resume()
    qtbot.wait(100)
    assert document.history.steps > held
    controller.stop()
    qtbot.wait(100)
    assert controller.state is State.IDLE


def test_that_a_held_run_shows_the_weights_after_its_very_last_step(document, controller, qtbot):
    endless(document)
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 20)
    controller.pause()
    qtbot.wait(100)
    snapshot = controller.take_snapshot()
    assert snapshot.history_step == document.history.steps


def test_that_step_does_one_step_and_holds(document, controller, qtbot):
    endless(document)
    for steps in (1, 2, 3):
        controller.step()
        qtbot.waitUntil(lambda steps=steps: document.history.steps == steps)
        qtbot.wait(50)
        assert document.history.steps == steps and controller.state is State.PAUSED


def test_that_a_stopped_run_keeps_what_it_learned(document, controller, qtbot):
    endless(document)
    before = document.model.parameters.flat.copy()
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 5)
    controller.stop()
    wait_for(qtbot, controller, State.IDLE)
    assert np.abs(document.model.parameters.flat - before).max() > 0


def test_that_shutting_down_in_mid_run_leaves_no_thread(document, controller, qtbot):
    endless(document)
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 1)
    assert controller.shut_down()
    assert not [t for t in threading.enumerate() if t.name.startswith("shard")]


def test_that_a_run_that_diverges_says_so_and_keeps_finite_weights(document, controller, qtbot):
    document.set_settings(replace(document.settings, learning_rate=10.0, optimizer="momentum", epochs=200))
    document.set_weights(np.full_like(document.model.parameters.flat, 1e30))
    with qtbot.waitSignal(controller.diverged) as told:
        controller.start()
    assert "diverged" in told.args[0].text and "learning rate" in told.args[0].text and not told.args[0].held
    wait_for(qtbot, controller, State.IDLE)
    assert np.isfinite(document.model.parameters.flat).all()


def test_that_a_process_that_is_lost_is_told_in_its_sentence_and_one_can_train_again(
    document, controller, qtbot, monkeypatch
):
    with monkeypatch.context() as patch, qtbot.waitSignal(controller.failed) as failed:
        patch.setattr("engine.parallel.Shards.train", lose)
        controller.start()
    assert failed.args[0] == "A process that helped to train has ended (code -9); train again."
    wait_for(qtbot, controller, State.IDLE)
    endless(document)
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 1)
    controller.shut_down()


def lose(*_):
    raise ChildProcessError("A process that helped to train has ended (code -9); train again.")


def with_a_helper_that_hangs(document: Document, controller: TrainingController, qtbot) -> list[str]:
    """Begin a run, stop one of its processes, and return the list that what fails is told to."""
    endless(document)
    told: list[str] = []
    controller.failed.connect(told.append)
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 1)
    shards = controller._worker._trainer._shards
    os.kill(shards._workers[0]._process.pid, signal.SIGSTOP)
    qtbot.wait(200)
    return told


@pytest.mark.skipif(default_threads() < 2, reason="one core has no helper")
@pytest.mark.parametrize("way", ["stop", "shut down"])
def test_that_a_helper_that_hangs_does_not_keep_a_run_that_is_to_end_waiting(
    document, controller, qtbot, monkeypatch, way: str
) -> None:
    monkeypatch.setattr(controllers, "STEP_PATIENCE", 500)
    told = with_a_helper_that_hangs(document, controller, qtbot)
    before, steps, start = document.model.parameters.flat.copy(), document.history.steps, time.monotonic()
    if way == "stop":
        controller.stop()
        wait_for(qtbot, controller, State.IDLE)
    else:
        assert controller.shut_down()
    assert time.monotonic() - start < 8 and not controller.busy and told == []
    assert document.history.steps == steps and (document.model.parameters.flat != before).any()  # its last whole step
    controller.start()
    qtbot.waitUntil(lambda: document.history.steps > steps)


def test_that_an_unexpected_error_in_the_worker_ends_the_run_and_unlocks_the_document(
    document, controller, qtbot, monkeypatch
):
    def broken(self):
        raise RuntimeError("broken on purpose")
        yield

    monkeypatch.setattr(Trainer, "run", broken)
    with qtbot.capture_exceptions() as caught:
        controller.start()
        wait_for(qtbot, controller, State.IDLE)
    assert [str(error) for _, error, _ in caught] == ["broken on purpose"]
    assert not document.locked and not controller.busy


def test_that_nothing_starts_while_the_chain_cannot_work(document, controller):
    document.remove(document.architecture.layers[3].uid)
    controller.start()
    assert controller.state is State.IDLE and not controller.busy


def test_that_a_mailbox_keeps_the_newest_snapshot_and_gives_it_once():
    mailbox, weights = Mailbox(), np.zeros(3, np.float32)
    for step in (1, 2):
        mailbox.post(take_snapshot(StepResult(step, 9, 1, 0.5, 0.5, 100.0), step, weights))
    assert mailbox.take().result.step == 2
    assert mailbox.take() is None


def test_that_a_snapshot_is_a_copy_that_nobody_can_write_to():
    weights = np.zeros(3, np.float32)
    snapshot = take_snapshot(StepResult(1, 9, 1, 0.5, 0.5, 100.0), 1, weights)
    weights += 1
    assert not snapshot.parameters.any()
    with pytest.raises(ValueError, match="read-only"):
        snapshot.parameters[0] = 1


def test_that_a_paused_control_lets_exactly_the_steps_asked_for_through():
    control = RunControl(paused=True)
    control.step()
    assert control.wait_until_wanted()
    control.step_done()
    control.stop()
    assert not control.wait_until_wanted()


def test_that_no_step_is_lost_where_several_threads_ask_for_some():
    control, interval = RunControl(paused=True), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        askers = [threading.Thread(target=lambda: [control.step() for _ in range(500)]) for _ in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
    finally:
        sys.setswitchinterval(interval)
    for _ in range(2000):
        assert control.wait_until_wanted()
        control.step_done()
    threading.Timer(0.05, control.stop).start()
    assert not control.wait_until_wanted()  # held: all steps are used up


def test_that_the_last_update_comes_along_where_it_is_wanted_and_stays_after_a_stop(document, controller, qtbot):
    endless(document)
    assert document.last_update is None
    controller.start()
    qtbot.waitUntil(lambda: (snapshot := controller.take_snapshot()) is not None and snapshot.update is None)
    document.watch.wants_update = True
    qtbot.waitUntil(lambda: (snapshot := controller.take_snapshot()) is not None and snapshot.update is not None)
    document.watch.wants_update = False
    controller.step()
    wait_for(qtbot, controller, State.PAUSED)
    qtbot.wait(50)
    first = controller.take_snapshot()
    controller.step()
    qtbot.wait(50)
    held = controller.take_snapshot()
    assert held.result.step == first.result.step + 1
    learned = document.model.parameters.learned.size
    np.testing.assert_array_equal((held.parameters - first.parameters)[:learned], held.update[:learned])
    controller.stop()
    wait_for(qtbot, controller, State.IDLE)
    np.testing.assert_array_equal(document.last_update, held.update)
    document.reset_weights()
    assert document.last_update is None


def test_that_the_record_of_a_weight_goes_on_after_a_stop(document, controller, qtbot):
    endless(document)
    uid = document.architecture.layers[0].uid
    document.watch.look_at(Weight(uid, "weight", (1, 0, 2, 2)), document.model)
    for _ in range(2):
        controller.start()
        start = document.history.steps
        qtbot.waitUntil(lambda start=start: document.history.steps > start + 3)
        controller.stop()
        wait_for(qtbot, controller, State.IDLE)
    record = document.watch.record
    assert record.rows()[:, 0].tolist() == list(range(1, document.history.steps + 1))
    assert record.latest.updated == document.model.parameters.layers[0]["weight"][1, 0, 2, 2]
    document.reset_weights()
    controller.step()
    qtbot.waitUntil(lambda: document.watch.record.latest is not None and document.watch.record.latest.step == 1)
    assert document.watch.record.weight == record.weight
