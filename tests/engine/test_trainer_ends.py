"""How a training run ends when it is closed, and what it leaves behind."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from engine.architecture import new_layer
from engine.evaluation import Evaluating
from engine.trainer import StepResult, Trainer
from tests.helpers import tiny
from tests.helpers.runs import trainer


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_that_closing_the_run_stops_it_and_leaves_no_thread() -> None:
    run = trainer(threads=3)
    events = run.run()
    next(events)
    events.close()
    assert run.history.steps == 1
    assert not [t for t in threading.enumerate() if t.name.startswith("shard")]


def test_that_closing_during_an_evaluation_leaves_no_thread_and_no_epoch() -> None:
    run = trainer(threads=2)
    events = run.run()
    while not isinstance(next(events), Evaluating):
        pass
    events.close()
    assert run.history.epochs == []


def test_that_a_stopped_run_keeps_the_weights_of_its_last_step() -> None:
    run = trainer()
    events = run.run()
    next(events)
    weights = run.model.parameters.flat.copy()
    events.close()
    assert (run.model.parameters.flat == weights).all()


@pytest.mark.parametrize("when", ["a step", "an evaluation"])
def test_that_a_run_that_waits_for_a_process_that_hangs_can_be_made_to_end_with_its_weights(when: str) -> None:
    run = trainer(threads=2)
    events = run.run()
    while not isinstance(next(events), StepResult if when == "a step" else Evaluating):
        pass
    assert run._shards is not None
    os.kill(run._shards._workers[0]._process.pid, signal.SIGSTOP)
    weights, steps = run.model.parameters.flat.copy(), run.history.steps
    late = threading.Timer(0.5, run.abandon_step)
    late.start()
    with pytest.raises(ChildProcessError, match="has ended"):
        for _ in events:
            pass
    late.join()
    assert (run.model.parameters.flat == weights).all() and run.history.steps == steps
    run.abandon_step()  # nothing is left to end


def test_that_a_step_that_fails_leaves_no_trace_so_that_the_run_goes_on_bit_for_bit() -> None:
    """The statistics of batch norm among it, which change before the step can fail."""

    def run() -> Trainer:
        return trainer(architecture=tiny.architecture().insert(1, new_layer("batch_norm")), threads=2)

    whole, broken = run(), run()
    list(whole.run())
    events = broken.run()
    next(events)
    assert broken._shards is not None
    broken._shards._workers[0].kill()
    with pytest.raises(ChildProcessError):
        list(events)
    again = Trainer.resume(broken.model, tiny.dataset(), broken.settings, broken.state())
    list(again.run())
    assert (again.model.parameters.flat == whole.model.parameters.flat).all()
    assert again.history.loss[:6].tolist() == whole.history.loss[:6].tolist()
