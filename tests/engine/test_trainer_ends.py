"""How a training run ends when it is closed, and what it leaves behind."""

import threading
from collections.abc import Iterator

import pytest

from engine.evaluation import Evaluating
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
