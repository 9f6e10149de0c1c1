"""Memory stays the same from step to step, and an image costs the same however many there are."""

import gc
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from engine import presets
from engine.data.dataset import Dataset, Split
from engine.model import Model
from engine.trainer import StepResult, Trainer
from tests.helpers import tiny
from tests.helpers.runs import trainer


def growth(steps: int, interval: int) -> list[int]:
    """Return by how many bytes memory grows from interval to interval in the second and last epoch of *steps* each.

    What a single interval shows can be the doubling of the history or of one of Python's own tables.
    """
    data = tiny.dataset(train=4 * steps)
    how = {"epochs": 2, "batch_size": 4, "validation": 0.0, "augment": True, "clip_norm": 1.0, "weight_decay": 0.01}
    run = trainer(data, architecture=tiny.moody_architecture(), threads=2, **how)
    marks = []
    events = run.run()
    tracemalloc.start()
    try:
        for event in events:
            if isinstance(event, StepResult) and event.epoch == 2 and event.step % interval == 0:
                gc.collect()
                marks.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return np.diff(marks).tolist()


def test_that_a_step_leaves_nothing_behind() -> None:
    grown = growth(steps=150, interval=15)
    assert len(grown) == 9 and np.median(grown) < 15 * 150  # an array a step would be more; NumPy's caches fill up


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_that_ten_thousand_steps_leave_nothing_behind() -> None:
    grown = growth(steps=10_000, interval=1000)
    assert len(grown) == 9 and np.median(grown) < 1000  # a byte a step
    assert sum(grown) < 2**20 + 2 * 12 * 20_000  # what may double once: one of Python's tables, the history's curves


@pytest.mark.slow
def test_that_an_image_costs_the_same_among_a_thousand_and_among_sixty_thousand() -> None:
    preset, rng = presets.load("lenet5"), np.random.default_rng(0)

    def cost(count: int, epochs: int) -> float:
        """Return seconds of computing an image."""
        images = rng.integers(0, 256, (count, 1, 28, 28), np.uint8)
        train = Split(images, rng.integers(0, 10, count))
        data = Dataset("noise", train, Split(images[:0], train.labels[:0]), tuple("0123456789"))
        model = Model.build(preset.architecture, data.image_shape, np.random.default_rng(0))
        settings = replace(preset.settings, epochs=epochs, batch_size=125, validation=0.0, learning_rate=1e-4)
        run = Trainer(model, data, settings, threads=1)
        start = time.process_time()
        list(run.run())
        return (time.process_time() - start) / (epochs * count)

    costs = [(cost(1000, 20), cost(60_000, 1)) for _ in range(3)]
    few, many = map(min, zip(*costs, strict=True))
    assert many < 1.2 * few
