"""What a run has measured: arrays that grow, do not share memory, and survive a file."""

import sys
import threading
import tracemalloc
from dataclasses import asdict, replace
from math import nan
from statistics import harmonic_mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import history as histories
from engine.health import LayerHealth
from engine.history import MOST_EPOCHS, MOST_STEPS, EpochResult, Epochs, History, as_dict
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


# Long runs.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a history be full after 64 steps and 8 epochs."""
    monkeypatch.setattr(histories, "MOST_STEPS", 64)
    monkeypatch.setattr(histories, "MOST_EPOCHS", 8)


def epoch(number: int, layers: int = 2) -> EpochResult:
    figures = tuple(LayerHealth(f"uid{n}", "ReLU", float(number), float(n), 0.5, nan, 0.1) for n in range(layers))
    return replace(EPOCH, epoch=number, step=10 * number, seconds=float(number), layers=figures)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("steps", [64, 65, 127, 128, 129, 500, 1000])
def test_that_a_full_history_keeps_every_second_step_as_it_was_measured(steps: int) -> None:
    history = History()
    for step in range(1, steps + 1):
        history.add_step(float(step), step / 1000)
    curves = history.curves
    assert history.steps == steps and curves.every == history.every
    assert 32 <= len(curves.loss) <= 64
    assert curves.steps.tolist() == list(range(curves.every, steps + 1, curves.every)) == curves.loss.tolist()
    assert (curves.accuracy == (curves.steps / 1000).astype(np.float32)).all()


@pytest.mark.usefixtures("small")
def test_that_the_running_means_are_those_of_all_steps_kept_or_not() -> None:
    history, values = History(), np.random.default_rng(0).random((2, 1000)).astype(np.float32)
    for loss, accuracy in values.T.tolist():
        history.add_step(loss, accuracy)
    for curve, kept in zip(values, (history.smoothed, history.smoothed_accuracy), strict=True):
        whole = np.zeros(1000, np.float32)
        smooth(curve, whole, 0, 1000)
        assert kept == pytest.approx(whole[history.every - 1 :: history.every], abs=1e-5)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("steps", "epochs"), [(0, 0), (63, 8), (64, 9), (100, 9), (129, 17), (1000, 100)])
def test_that_a_thinned_history_survives_its_arrays_and_goes_on_as_if_it_had_not_been_away(
    steps: int, epochs: int
) -> None:
    history = History()
    for step in range(steps):
        history.add_step(step % 7, step % 3 / 2)
    for number in range(1, epochs + 1):
        history.epochs.append(epoch(number))
    for again in (History.from_arrays(history.to_arrays()), history.copy()):
        whole = history.copy()
        for each in (whole, again):
            for step in range(200):
                each.add_step(step % 5, 0.5)
            for number in range(epochs + 1, epochs + 30):
                each.epochs.append(epoch(number))
        for name, values in whole.to_arrays().items():
            np.testing.assert_array_equal(values, again.to_arrays()[name], strict=True, err_msg=name)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("count", [1, 8, 9, 10, 31, 32, 33, 1000])
def test_that_of_many_epochs_some_are_kept_the_newest_always_and_the_totals_are_those_of_all(count: int) -> None:
    epochs = Epochs()
    speeds = [100.0 + number % 7 for number in range(1, count + 1)]
    for number, speed in enumerate(speeds, 1):
        epochs.append(replace(epoch(number), images_per_second=speed))
        assert epochs[-1].epoch == number and str(epochs[-1].layers) == str(epoch(number).layers)
    assert epochs.done == count and len(epochs) <= 9
    numbers = [each.epoch for each in epochs]
    assert numbers == sorted({*range(epochs.every, count + 1, epochs.every), count})
    assert epochs.column("epoch").tolist() == numbers and epochs.column("step").tolist() == [10 * n for n in numbers]
    assert epochs.seconds == count * (count + 1) / 2
    assert epochs.done / epochs.slowness == pytest.approx(harmonic_mean(speeds))


def test_that_a_history_that_kept_every_step_is_thinned_when_it_is_opened() -> None:
    steps, arrays = 5 * MOST_STEPS // 2, History().to_arrays()
    del arrays["totals"], arrays["smoothed_accuracy"], arrays["total_seconds"]
    numbers = np.arange(1, steps + 1, dtype=np.float32)
    history = History.from_arrays({**arrays, "loss": numbers, "smoothed": numbers, "accuracy": 1 / numbers})
    assert (history.steps, history.every) == (steps, 4)
    assert (history.curves.steps == history.loss).all() and len(history.loss) == steps // 4
    assert history.smoothed_accuracy[-1] == pytest.approx(1 / steps, rel=0.1)
    history.add_step(0.5, 0.5)
    assert history.steps == steps + 1


@pytest.mark.parametrize(
    ("totals", "seconds"),
    [
        ([4, 1, 0, 0, 1, 1], [1, 1]), ([3, 2, 0, 0, 1, 1], [1, 1]), ([3, 1, 0, 0, 2, 1], [1, 1]),
        ([3, 1, 0, 0, 1, 0], [1, 1]), ([3, 0, 0, 0, 1, 1], [1, 1]), ([nan, 1, 0, 0, 1, 1], [1, 1]),
        ([3, 1, 0, 0, 1], [1, 1]), ([9, 3, 0, 0, 1, 1], [1, 1]), ([3, 1, 0, 0, -1, 1], [1, 1]),
        ([3, 1, 0, 0, 1, 1], [1, np.inf]), ([3, 1, 0, 0, 1, 1], [1]),
    ],
)  # fmt: skip
def test_that_totals_that_do_not_fit_are_refused(totals: list[float], seconds: list[float]) -> None:
    history = filled(3)
    history.epochs.append(EPOCH)
    arrays = history.to_arrays()
    assert History.from_arrays(arrays).steps == 3
    with pytest.raises(ValueError, match="totals"):
        History.from_arrays({**arrays, "totals": np.array(totals), "total_seconds": np.array(seconds, float)})


def test_that_a_long_run_takes_two_megabytes_at_most() -> None:
    """More steps and epochs than are kept: what follows takes no more."""
    tracemalloc.start()
    try:
        history, before = History(), tracemalloc.get_traced_memory()[0]
        for step in range(MOST_STEPS + 1000):
            history.add_step(1.0, 0.5)
            if step % 16 == 15:
                history.epochs.append(epoch(step // 16, layers=10))
        taken, most = (size - before for size in tracemalloc.get_traced_memory())
    finally:
        tracemalloc.stop()
    assert history.epochs.done >= 2 * MOST_EPOCHS and taken < 2.5 * 2**20 and most < 5 * 2**20


@pytest.mark.usefixtures("small")
def test_that_a_reader_on_another_thread_never_sees_what_does_not_fit_together() -> None:
    history, done, wrong = History(), threading.Event(), []

    def read() -> None:
        while not done.is_set():
            curves, copy = history.curves, History.from_arrays(history.to_arrays())
            ends, epochs = history.epochs.column("step"), history.epochs[:]
            if not (curves.loss == curves.steps).all() or not (copy.loss == copy.curves.steps).all():
                wrong.append("steps")
            if any(each.step != 10 * each.epoch or each.layers[0].mean != each.epoch for each in epochs):
                wrong.append("epochs")
            if (np.diff(ends) <= 0).any():
                wrong.append("order")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for step in range(1, 20_000):
            history.add_step(float(step), 0.0)
            if step % 10 == 0:
                history.epochs.append(epoch(step // 10))
    finally:
        done.set()
        reader.join()
        sys.setswitchinterval(interval)
    assert wrong == []


def lived(steps: int, epochs: int) -> History:
    history = History()
    for step in range(steps):
        history.add_step(float(step), 0.5)
    for epoch in range(1, epochs + 1):
        history.epochs.append(EpochResult(epoch, epoch, *[0.5] * 6, 1.0, 100.0))
    return history


@pytest.mark.parametrize("steps", [0, 1, 1500, 70_000])
def test_that_a_branch_shares_memory_and_keeps_to_itself_what_is_appended(steps: int) -> None:
    history = lived(steps, 3)
    early = history.branch()
    before = [*early.curves, repr(early.epochs)]
    assert early.steps == history.steps and early.every == history.every and early.epochs == history.epochs
    assert not steps or np.shares_memory(early.loss, history.loss)
    branches = []
    for mark in (1.0, 2.0):  # two runs from the same moment, one after the other
        branch = early.branch()
        for _ in range(5):
            branch.add_step(mark, mark)
        branch.epochs.append(EpochResult(4, steps + 5, *[mark] * 6, 1.0, 100.0))
        branches.append(branch)
    for branch, mark in zip(branches, (1.0, 2.0), strict=True):
        kept = branch.loss[-(5 // branch.every) :]
        assert (kept == mark).all() and branch.steps == steps + 5
        assert branch.epochs[-1].test_loss == mark and len(branch.epochs) == 4
    for now, then in zip([*early.curves, repr(early.epochs)], before, strict=True):
        assert np.array_equal(now, then)
    assert len(history.epochs) == 3


@pytest.mark.parametrize("seed", range(5))
def test_that_the_smoothed_curve_lies_between_the_least_and_the_largest_value_so_far(seed: int) -> None:
    rng = np.random.default_rng(seed)
    curve = np.exp(rng.normal(0, 2, 3000)).astype(np.float32)
    whole, pieces = np.zeros_like(curve), np.zeros_like(curve)
    smooth(curve, whole, 0, 3000)
    for start, stop in ((0, 1), (1, 7), (7, 700), (700, 3000)):
        smooth(curve, pieces, start, stop)
    history = History()
    for value in curve:
        history.add_step(float(value), 0.0)
    for mean in (whole, pieces, history.smoothed[:]):
        low, high = (each.accumulate(curve)[: len(mean)] for each in (np.minimum, np.maximum))
        assert mean[0] == curve[0] and (mean >= low * (1 - 1e-5)).all() and (mean <= high * (1 + 1e-5)).all()
