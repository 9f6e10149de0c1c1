"""Dropout: what it keeps, how often, and that its masks do not depend on how a mini-batch is cut."""

from contextlib import closing
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import schema
from engine.architecture import new_layer
from engine.data.dataset import Batch, Split
from engine.layer import Part, Workspace
from engine.layers.dropout import Dropout, DropoutConfig
from engine.model import Model
from engine.parallel import Shards
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import steps_of, trainer

CHAIN = tiny.architecture().insert(3, new_layer("dropout"))
RATES = (0.1, 0.25, 0.5, 0.9, 0.95)


def mask(
    shape: tuple[int, ...], rate: float = 0.5, key: tuple[int, int] = (0, 0), position: int = 0, first: int = 0
) -> Array:
    """Return what Dropout makes of ones of *shape*, (..., N), in training."""
    work = Workspace(np.float64, position=position)
    work.part = Part(True, first, key=key)
    return Dropout(rate).forward(np.ones(shape), work)


def by_definition(shape: tuple[int, ...], rate: float, key: tuple[int, int], position: int) -> Array:
    """Return the same mask, one value of one sample after the other."""
    *inner, n = shape
    values = int(np.prod(inner))
    kept = np.zeros((values, n))
    for value, sample in np.ndindex(values, n):
        counter = (sample // 16 * values + value, position, 0, 0)
        block = np.random.Philox(counter=counter, key=key).random_raw(4)
        kept[value, sample] = int(block[sample % 16 // 4]) >> 16 * (sample % 4) & 0xFFFF >= round(rate * 65536)
    return kept.reshape(shape) * 65536 / (65536 - round(rate * 65536))


def test_that_a_value_is_dropped_or_scaled_and_its_gradient_likewise() -> None:
    rng, work = np.random.default_rng(0), Workspace(np.float64)
    x, d = rng.standard_normal((2, 4, 5, 6, 7))
    work.part = Part(True)
    layer = Dropout(0.25)
    kept = layer.forward(x, work) != 0
    assert 0 < kept.mean() < 1
    np.testing.assert_allclose(layer.forward(x, work), np.where(kept, x / 0.75, 0))
    np.testing.assert_allclose(layer.backward(d, work), np.where(kept, d / 0.75, 0))


def test_that_nothing_is_dropped_in_evaluation() -> None:
    x, work = np.random.default_rng(0).standard_normal((4, 5)), Workspace(np.float64)
    layer = Dropout(0.9)
    assert (layer.forward(x, work) == x).all()
    assert (layer.backward(x, work) == x).all()


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=2),
    st.integers(1, 40),
    st.floats(0, 0.95),
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**40)),
    st.integers(0, 30),
)
def test_that_the_mask_is_that_of_its_definition(
    inner: list[int], n: int, rate: float, key: tuple[int, int], position: int
) -> None:
    shape = (*inner, n)
    np.testing.assert_allclose(mask(shape, rate, key, position), by_definition(shape, rate, key, position), rtol=1e-15)


def test_that_a_seed_has_the_same_mask_on_every_machine_and_in_every_version() -> None:
    kept = (mask((3, 20), key=(1, 2), position=3) != 0).astype(int)
    assert ["".join(map(str, row)) for row in kept] == [
        "01101110010010110100",
        "11010010001110001101",
        "11100001111101010000",
    ]


@given(st.integers(1, 60), st.data())
def test_that_a_part_draws_exactly_its_columns_of_the_whole_mask(n: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(first + 1, n))
    whole = mask((2, 3, 2, n), key=(4, 9), position=2)
    assert (mask((2, 3, 2, stop - first), key=(4, 9), position=2, first=first) == whole[..., first:stop]).all()


@pytest.mark.parametrize("rate", RATES)
def test_that_the_mean_stays_the_same(rate: float) -> None:
    values = mask((1000, 1000), rate)
    deviation = sqrt(rate / (1 - rate) / values.size)  # of the mean of masks that are 0 or 1 / (1 - rate)
    assert abs(values.mean() - 1) < 5 * deviation


@pytest.mark.parametrize("rate", [1e-9, 0.0001, *RATES])
def test_that_the_scale_makes_up_for_the_share_that_is_really_kept(rate: float) -> None:
    kept = 1 - round(rate * 65536) / 65536
    assert abs(kept - (1 - rate)) < 1e-5
    assert mask((50, 50), rate).max() * kept == pytest.approx(1, rel=1e-12)


def test_that_rate_zero_keeps_even_the_value_whose_bits_are_all_zero() -> None:
    assert (mask((1000, 1000), 0.0) == 1).all()  # some fifteen of a million


@pytest.mark.parametrize("other", [{"key": (1, 0)}, {"key": (0, 1)}, {"position": 1}, {"first": 100}])
def test_that_another_seed_step_layer_or_sample_has_an_independent_mask(other: dict) -> None:
    assert (mask((100, 100)) == mask((100, 100))).all()
    agreeing = (mask((100, 100)) == mask((100, 100), **other)).mean()
    assert abs(agreeing - 0.5) < 5 * 0.5 / 100


@pytest.mark.parametrize("axis", [0, 1, 2, 3])
@pytest.mark.parametrize("distance", [1, 2, 4])
def test_that_neighbouring_values_and_samples_are_independent(axis: int, distance: int) -> None:
    kept = mask((24, 24, 24, 24)) - 1  # -1 or 1
    a, b = np.delete(kept, np.s_[:distance], axis), np.delete(kept, np.s_[-distance:], axis)
    assert abs((a * b).mean()) < 5 / sqrt(a.size)


def test_that_a_rate_of_one_is_refused_with_a_sentence() -> None:
    assert schema.problems(DropoutConfig(1.0)) == {"rate": "Rate is 1; it must be a number from 0 to 0.95."}


def test_that_a_step_of_training_draws_by_its_seed_and_number() -> None:
    model = Model.build(CHAIN, (1, 8, 8), np.random.default_rng(0))
    images = np.random.default_rng(1).integers(0, 256, (12, 1, 8, 8), np.uint8)
    batch = Batch(Split(images, np.arange(12) % 2))
    with closing(Shards(model, 1)) as shards:
        losses = [shards.train(batch, key)[0] for key in ((0, 0), (0, 1), (1, 0), (0, 0))]
    assert losses[0] == losses[3]
    assert len(set(losses)) == 3


def test_that_a_run_repeats_bit_for_bit_and_for_another_number_of_threads_up_to_rounding() -> None:
    def losses(threads: int) -> list[float]:
        return [step.loss for step in steps_of(list(trainer(architecture=CHAIN, threads=threads).run()))]

    assert losses(1) == losses(1) and losses(2) == losses(2)
    assert losses(2) == pytest.approx(losses(1), rel=1e-4)  # float32 sums in another order, over six steps
