"""A run or a network that does not fit into memory is told before it takes any."""

from dataclasses import replace

import pytest

from cnn_gui.available import obstacle
from cnn_gui.controls.run_bar import RunBar
from cnn_gui.document import Document
from cnn_gui.training.controller import State, TrainingController
from engine import memory
from engine.model import Model
from tests.helpers import tiny


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(train=640), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.set_settings(replace(document.settings, epochs=1, batch_size=256))
    return document


@pytest.fixture
def bar(document, qtbot):
    controller = TrainingController(document)
    bar = RunBar(document, controller)
    qtbot.addWidget(bar)
    yield bar
    assert controller.shut_down()


def demand(document: Document) -> memory.Demand:
    found = memory.demand(document.architecture, document.data.input_shape, document.settings, 1)
    assert found is not None
    return found


def test_that_train_rests_with_the_reason_and_the_largest_batch_while_a_run_does_not_fit(
    document, bar, monkeypatch
) -> None:
    monkeypatch.setattr("cnn_gui.controls.run_bar.default_threads", lambda: 1)
    free = demand(document).bytes(400)
    monkeypatch.setattr(memory, "free", lambda: free)
    document.set_settings(replace(document.settings, batch_size=512))
    assert not bar.play_button.isEnabled() and not bar.step_button.isEnabled()
    assert "Cannot train: Training needs about " in bar.obstacle and obstacle(bar.play_button) == bar.obstacle
    largest = int(bar.obstacle.split("at most ")[1].rstrip("."))
    assert 0 < largest < 512
    document.set_settings(replace(document.settings, batch_size=largest))
    assert bar.obstacle == "" and bar.play_button.isEnabled()


def test_that_train_looks_again_at_what_is_free_when_it_is_pressed(document, bar, monkeypatch) -> None:
    assert bar.play_button.isEnabled()
    monkeypatch.setattr(memory, "free", lambda: 1000)
    bar.play_or_pause()
    assert bar._controller.state is State.IDLE and not bar.play_button.isEnabled()
    assert bar.obstacle.endswith("make the network smaller.")


def test_that_memory_that_becomes_free_again_lets_a_run_begin(document, bar, monkeypatch, qtbot) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(memory, "free", lambda: 1000)
        document.set_settings(replace(document.settings, batch_size=128))
        assert not bar.play_button.isEnabled()
    qtbot.waitUntil(bar.play_button.isEnabled, timeout=5000)


def test_that_a_run_is_not_held_up_by_what_it_has_taken_itself(document, bar, monkeypatch, qtbot) -> None:
    document.set_settings(replace(document.settings, epochs=10_000))
    bar.play_or_pause()
    monkeypatch.setattr(memory, "free", lambda: 1000)
    qtbot.waitUntil(lambda: document.history.steps > 2)
    bar._update()
    assert bar.play_button.isEnabled() and bar.obstacle == ""


@pytest.mark.parametrize("how", ["told", "tried"])
def test_that_a_network_whose_weights_do_not_fit_is_a_problem_of_its_largest_layer(
    document, monkeypatch, how: str
) -> None:
    def fail(*_: object, **__: object) -> Model:
        raise MemoryError

    if how == "told":
        monkeypatch.setattr(memory, "free", lambda: 1000)
    else:
        monkeypatch.setattr(Model, "build", fail)
    conv = document.architecture.layers[0]
    document.configure(conv.uid, replace(conv.config, filters=50))
    largest = max(document.infos, key=lambda info: info.parameters)
    assert document.model is None
    assert "The weights need about" in str(largest.problem) and document.problem is largest.problem
    monkeypatch.undo()
    document.configure(conv.uid, replace(conv.config, filters=3))
    assert document.model is not None and document.problem is None


def test_that_a_run_without_memory_says_so_in_a_sentence(document, bar, monkeypatch, qtbot) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 12.0 GiB for an array with shape (240, 240)")

    monkeypatch.setattr("engine.parallel.Shards.train", fail)
    with qtbot.waitSignal(bar._controller.failed) as failed:
        bar.play_or_pause()
    assert failed.args[0] == "There is not enough memory; use a smaller batch or network."
    qtbot.waitUntil(lambda: bar._controller.state is State.IDLE)
