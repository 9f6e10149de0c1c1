"""A run that goes on from its saved state equals, bit for bit, the one that was never interrupted."""

from dataclasses import astuple, replace
from typing import Any

import numpy as np
import pytest

from engine import optimizers
from engine.architecture import new_layer
from engine.checkpoint import TrainingState
from engine.data.dataset import Dataset, Split, batches
from engine.errors import BadInputError
from engine.history import EpochResult
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import Event, StepResult, Trainer
from tests.helpers import tiny
from tests.helpers.runs import trainer

MOODY = tiny.moody_architecture()
EVENTS = 2 * (3 + 2 + 1)  # steps, pieces of evaluations, result: of two epochs
HOW: dict[str, Any] = {"augment": True, "schedule": "one-cycle", "weight_decay": 0.01, "clip_norm": 1.0, "seed": 3}


def run_of(**how: Any) -> Trainer:
    return trainer(architecture=MOODY, **{**HOW, **how})


def resumed(state: TrainingState, dataset: Dataset | None = None, **changes: Any) -> Trainer:
    """Return a trainer of a new model, with other weights to begin with."""
    dataset = dataset or tiny.dataset()
    model = Model.build(tiny.moody_architecture(), dataset.image_shape, np.random.default_rng(99))
    return Trainer.resume(model, dataset, replace(state.settings, **changes), state)


def after(run: Trainer, count: int) -> TrainingState:
    """Return the state after *count* events, and end the run there."""
    events = run.run()
    for _ in range(count):
        next(events)
    state = run.state()
    events.close()
    return state


def measured(run: Trainer) -> list[Any]:
    """Finish *run* and return all that it came to, without times, comparable to the last bit."""
    steps = [(e.step, e.steps, e.epoch, e.loss, e.accuracy) for e in run.run() if isinstance(e, StepResult)]
    state = run.state()
    history = {k: v for k, v in state.history.to_arrays().items() if "second" not in k and k != "layer_uid"}
    arrays = {**state.arrays, **history}
    return [steps[-1:], astuple(state.progress), *((name, arrays[name].tobytes()) for name in sorted(arrays))]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("optimizer", list(optimizers.BY_NAME))
def test_that_a_run_stopped_at_any_event_goes_on_as_if_nothing_had_been(optimizer: str, threads: int) -> None:
    how = {"optimizer": optimizer, "threads": threads}
    whole = measured(run_of(**how))
    for count in range(EVENTS):
        state = after(run_of(**how), count)
        run = resumed(state)
        result = measured(run)
        assert result[1:] == whole[1:], count
        assert result[0] in (whole[0], []), count  # no step is left after the last


def test_that_a_state_is_taken_where_it_was_asked_for() -> None:
    places = [after(run_of(), count).progress for count in range(EVENTS + 1)]
    assert [(at.epoch, at.step) for at in places] == [
        (0, 0), (0, 1), (0, 2), (0, 3), (0, 3), (0, 3), (1, 3), (1, 4), (1, 5), (1, 6), (1, 6), (1, 6), (2, 6),
    ]  # fmt: skip
    assert [at.images for at in places[:4]] == [0, 16, 32, 48]


def test_that_a_resumed_run_yields_the_rest_of_the_events() -> None:
    def told(events: list[Event]) -> list[Any]:
        return [(type(e), getattr(e, "step", 0), getattr(e, "epoch", 0)) for e in events]

    whole = told(list(run_of().run()))
    for count in (0, 2, 3, 6, 8, 12):  # not within an evaluation, which is done again
        assert told(list(resumed(after(run_of(), count)).run())) == whole[count:]


def test_that_a_run_that_was_over_has_nothing_left_when_it_is_resumed() -> None:
    assert list(resumed(after(run_of(), EVENTS)).run()) == []


def test_that_a_state_is_a_copy_and_lets_go_of_the_run() -> None:
    run = run_of()
    events = run.run()
    next(events)
    state = run.state()
    before = {name: array.copy() for name, array in state.arrays.items()}
    list(events)
    assert (state.progress.step, state.history.steps) == (1, 1)
    assert all((state.arrays[name] == before[name]).all() for name in before if name != "norms")
    one, two = resumed(state), resumed(state)  # nor do two runs share it
    list(one.run())
    assert (state.progress.step, state.history.steps) == (1, 1)
    assert measured(two)[1:] == measured(resumed(state))[1:]


def test_that_a_run_with_an_earlier_history_keeps_it_when_it_is_resumed() -> None:
    first = run_of()
    list(first.run())
    again = run_of(history=first.history.copy())
    run = resumed(after(again, 2))
    epochs = [event for event in run.run() if isinstance(event, EpochResult)]
    assert [(e.epoch, e.step) for e in epochs] == [(3, 9), (4, 12)]


def test_that_a_second_run_of_a_trainer_can_be_resumed_too() -> None:
    whole, stopped = run_of(), run_of()
    for run in (whole, stopped):
        list(run.run())
    state = after(stopped, 2)
    assert measured(resumed(state))[1:] == measured(whole)[1:]


def test_that_the_time_of_an_epoch_counts_what_was_spent_before_the_interruption() -> None:
    state = after(run_of(), 2)
    assert 0 < state.progress.training <= state.progress.seconds
    late = replace(state, progress=replace(state.progress, training=1000.0, seconds=2000.0))
    first = next(e for e in resumed(late).run() if isinstance(e, EpochResult))
    assert first.seconds > 2000 and first.images_per_second < 0.1


def test_that_another_number_of_threads_changes_a_resumed_run_by_rounding_alone() -> None:
    state = after(run_of(threads=1, optimizer="momentum"), 2)  # Adam makes much of rounding where the gradient is 0
    one = resumed(state)
    two = Trainer.resume(
        Model.build(MOODY, (1, 8, 8), np.random.default_rng(1)), tiny.dataset(), state.settings, state, threads=2
    )
    assert (one.threads, two.threads) == (1, 2)
    list(one.run()), list(two.run())
    np.testing.assert_allclose(one.model.parameters.flat, two.model.parameters.flat, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("augment", [False, True])
def test_that_mini_batches_left_out_do_not_change_the_others(augment: bool) -> None:
    def drawn(skip: int) -> list[Any]:
        chosen = batches(tiny.dataset(train=50).train, 16, np.random.default_rng(5), augment, skip)
        return [(b.inputs(slice(None)).tobytes(), b.samples.labels.tobytes()) for b in chosen]

    whole = drawn(0)
    assert len(whole) == 4 == len({inputs for inputs, _ in whole})
    assert [drawn(skip) for skip in range(6)] == [whole[skip:] for skip in range(6)]


# What does not match.


def refused(state: TrainingState, dataset: Dataset | None = None, **changes: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        resumed(state, dataset, **changes)
    assert str(caught.value).count(".") >= 1 and "\n" not in str(caught.value)
    return str(caught.value)


STATE = after(run_of(), 2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"batch_size": 8}, "Batch size is 8, but the saved run has 16; leave it so, or start a new run."),
        ({"seed": 4}, "Seed is 4, but the saved run has 3; leave it so, or start a new run."),
        (
            {"optimizer": "momentum"},
            "Optimizer is momentum, but the saved run has Adam; leave it so, or start a new run.",
        ),
    ],
)
def test_that_other_settings_are_refused(changes: dict[str, Any], sentence: str) -> None:
    assert refused(STATE, **changes) == sentence


@pytest.mark.parametrize("part", ["train", "test"])
def test_that_other_images_or_labels_are_refused(part: str) -> None:
    data = tiny.dataset()
    split = getattr(data, part)
    images, labels = split.images.copy(), split.labels.copy()
    images[-1, 0, -1, -1] ^= 1
    labels[:2] = labels[1::-1]
    for other in (Split(images, split.labels), Split(split.images, labels)):
        text = refused(STATE, replace(data, **{part: other}))
        assert text == "bands does not hold the images and labels of the saved run; choose the data that it had."


def test_that_the_same_data_under_another_name_is_the_same() -> None:
    resumed(STATE, replace(tiny.dataset(), name="elsewhere"))


def test_that_another_network_is_refused() -> None:
    other = Model.build(MOODY.insert(2, new_layer("relu")), (1, 8, 8), np.random.default_rng(0))
    with pytest.raises(BadInputError, match="The network is not the one of the saved run"):
        Trainer.resume(other, tiny.dataset(), STATE.settings, STATE)


def test_that_another_precision_is_refused() -> None:
    double = Model.build(MOODY, (1, 8, 8), np.random.default_rng(0), np.float64)
    with pytest.raises(BadInputError, match="The weights of the saved run do not fit"):
        Trainer.resume(double, tiny.dataset(), STATE.settings, STATE)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": None}, {"good": np.zeros(3, np.float32)}, {"norms": None}, {"norms": np.zeros(2)}, {"mean": None},
        {"mean": np.zeros(3, np.float32)}, {"surplus": np.zeros(3)}, {"time": np.array(1)}, {"time": np.array(-2)},
        {"weights": np.full_like(STATE.arrays["weights"], np.nan)},
    ],
)  # fmt: skip
def test_that_a_state_which_does_not_fit_together_is_refused(change: dict[str, Any]) -> None:
    arrays = {name: array for name, array in {**STATE.arrays, **change}.items() if array is not None}
    assert "saved" in refused(replace(STATE, arrays=arrays))


@pytest.mark.parametrize("change", [{"step": 5}, {"step": -1}, {"epoch": 1}, {"epoch": -1}, {"images": 0}])
def test_that_a_place_which_the_run_does_not_have_is_refused(change: dict[str, int]) -> None:
    assert "does not fit together" in refused(replace(STATE, progress=replace(STATE.progress, **change)))


def test_that_settings_outside_their_limits_are_refused_before_anything_is_compared() -> None:
    bad = replace(STATE, settings=TrainingSettings(epochs=0))
    assert "Epochs" in refused(bad)
