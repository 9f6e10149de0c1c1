"""What a run has measured: arrays that grow, do not share memory, and survive a file."""

from dataclasses import asdict
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history import EpochResult, History, as_dict
from engine.smoothing import SMOOTHING, smooth

EPOCH = EpochResult(1, 4, 0.5, 0.75, 0.6, 0.7, nan, nan, 2.5, 100.0)


def filled(steps: int) -> History:
    history = History()
    for step in range(steps):
        history.add_step(float(step), step / steps)
    return history


def test_that_steps_are_kept_in_order() -> None:
    history = filled(3)
    assert history.steps == 3
    assert history.loss[:3].tolist() == [0, 1, 2]
    assert history.accuracy[:3].tolist() == pytest.approx([0, 1 / 3, 2 / 3])


def test_that_curves_share_no_memory_with_one_another() -> None:
    history = History()
    for one, other in (("loss", "smoothed"), ("loss", "accuracy"), ("smoothed", "accuracy")):
        assert not np.shares_memory(getattr(history, one), getattr(history, other))
    assert not np.shares_memory(history.loss, History().loss)


def test_that_the_smoothed_loss_starts_at_the_first_loss_and_weighs_all_so_far() -> None:
    losses = [4.0, 1.0, 2.5]
    history = History()
    for loss in losses:
        history.add_step(loss, 0)
    weights = SMOOTHING ** np.arange(3.0)
    means = [np.average(losses[: n + 1], weights=weights[n::-1]) for n in range(3)]
    assert means[0] == 4 and 2.45 < means[1] < 2.5  # nearly the plain mean: the first has no more say than the second
    assert history.smoothed[:3].tolist() == pytest.approx(means)


def test_that_a_constant_stays_itself_and_a_step_is_followed_in_about_33_steps() -> None:
    history = History()
    for step in range(1200):
        history.add_step(2.0 if step < 1000 else 1.0, 0)
    assert history.smoothed[:1000] == pytest.approx(2)
    assert history.smoothed[1032] == pytest.approx(1 + SMOOTHING**33, abs=1e-4) and 0.3 < SMOOTHING**33 < 0.4


@given(st.lists(st.floats(0, 100, width=32), min_size=1, max_size=1500), st.integers(0, 1500), st.booleans())
def test_that_a_curve_is_smoothed_the_same_at_once_and_bit_by_bit(values: list[float], cut: int, single: bool) -> None:
    curve = np.array(values * (1 + 600 // len(values)), np.float32)  # more than one block
    s, expected = 0.0, []
    for n, value in enumerate(curve.tolist(), 1):
        s = SMOOTHING * s + (1 - SMOOTHING) * value
        expected.append(s / (1 - SMOOTHING**n))
    mean = np.full(len(curve), np.nan, np.float32)
    cut = min(cut, len(curve))
    if single:
        for n in range(cut):
            smooth(curve, mean, n, n + 1)
    else:
        smooth(curve, mean, 0, cut)
    smooth(curve, mean, cut, len(curve))
    np.testing.assert_allclose(mean, expected, rtol=1e-4, atol=1e-5)


def test_that_growing_keeps_what_was_measured_and_the_array_that_a_reader_holds() -> None:
    history = filled(1024)
    held = history.loss
    for step in range(1024, 3000):
        history.add_step(float(step), 0.5)
    assert history.loss[:3000].tolist() == list(range(3000))
    assert len(history.smoothed) == len(history.accuracy) == len(history.loss) >= 3000
    assert held.tolist() == list(range(1024))


@pytest.mark.parametrize("steps", [0, 3, 1024, 1500])
def test_that_a_history_survives_its_arrays_and_goes_on(steps: int) -> None:
    history = filled(steps)
    history.epochs.append(EPOCH)
    again = History.from_arrays(history.to_arrays())
    assert again.steps == steps
    for name in History.CURVES:
        assert (getattr(again, name)[:steps] == getattr(history, name)[:steps]).all()
    assert [str(e) for e in again.epochs] == [str(EPOCH)]
    for each in (history, again):
        each.add_step(0.25, 1.0)
    assert again.smoothed[steps] == history.smoothed[steps]


def test_that_a_copy_and_the_arrays_for_a_file_are_not_the_histories_own() -> None:
    history = filled(3)
    copy, arrays = history.copy(), history.to_arrays()
    history.loss[0] = 99
    history.epochs.append(EPOCH)
    assert (copy.loss[0], arrays["loss"][0], copy.epochs) == (0, 0, [])


def test_that_whole_numbers_stay_whole_in_an_epochs_result() -> None:
    history = filled(1)
    history.epochs.append(EPOCH)
    (epoch,) = history.copy().epochs
    assert isinstance(epoch.epoch, int) and isinstance(epoch.step, int)


@pytest.mark.parametrize(
    "spoil",
    [
        {"loss": np.zeros(2)},
        {"accuracy": np.zeros((3, 1))},
        {"epoch_step": np.zeros(2)},
        {"epoch_epoch": np.array([nan])},
        {"epoch_epoch": np.array([np.inf])},
        {"loss": np.array(["a", "b", "c"])},
    ],
)
def test_that_arrays_this_program_did_not_write_are_refused(spoil: dict[str, np.ndarray]) -> None:
    history = filled(3)
    history.epochs.append(EPOCH)
    with pytest.raises((KeyError, ValueError)):
        History.from_arrays({**history.to_arrays(), **spoil})


def test_that_a_missing_array_is_a_key_error() -> None:
    arrays = filled(3).to_arrays()
    del arrays["smoothed"]
    with pytest.raises(KeyError):
        History.from_arrays(arrays)


def test_that_what_was_not_measured_is_none_in_json() -> None:
    values = as_dict(EPOCH)
    assert values["test_loss"] is None and values["test_accuracy"] is None
    assert {k: v for k, v in values.items() if v is not None} == {
        k: v for k, v in {**asdict(EPOCH), "layers": []}.items() if not k.startswith("test")
    }
