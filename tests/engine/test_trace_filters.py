"""What is told of a layer's weights as a whole."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.architecture import Architecture, new_layer
from engine.model import Model
from engine.trace import filters
from engine.trace.record import LayerTrace
from engine.trace.tracer import Tracer

VALUES = st.lists(st.floats(-100, 100) | st.just(0.0), min_size=1, max_size=40)


@given(VALUES)
def test_that_a_distribution_is_pythons_own(values: list[float]) -> None:
    found = filters.distribution(np.array(values).reshape(1, -1))
    mean = math.fsum(values) / len(values)
    assert found.size == len(values)
    assert found.mean == pytest.approx(mean, abs=1e-9)
    assert found.deviation == pytest.approx(
        math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values)), abs=1e-6
    )
    assert found.zeros == values.count(0.0) / len(values)


@given(VALUES, st.sampled_from([1, 2, 5, 31]), st.floats(0.01, 200))
def test_that_a_histogram_counts_every_value_once_in_its_own_part(values: list[float], bins: int, limit: float) -> None:
    counts = filters.histogram([np.array(values), np.array([[np.nan, np.inf]])], limit, bins)
    assert counts.shape == (bins,) and counts.sum() == len(values)
    width = 2 * limit / bins
    for k, count in enumerate(counts):
        low, high = -limit + k * width, -limit + (k + 1) * width
        slack = 1e-9 * limit  # a value at the edge may count on either side
        surely = sum(low + slack < v < high - slack for v in values)
        outside = sum(v <= -limit for v in values) * (k == 0) + sum(v >= limit for v in values) * (k == bins - 1)
        at_the_edge = sum(min(abs(v - low), abs(v - high)) <= slack for v in values)
        assert surely <= count <= surely + outside + at_the_edge


def test_that_nothing_finite_has_no_mean() -> None:
    found = filters.distribution(np.array([np.nan, np.inf]))
    assert found.size == 2 and math.isnan(found.mean) and math.isnan(found.zeros)


@given(st.integers(2, 6), st.integers(2, 9), st.integers(0, 2**16), st.floats(0.1, 0.99))
def test_that_pairs_are_those_of_plain_loops(count: int, size: int, seed: int, threshold: float) -> None:
    weight = np.random.default_rng(seed).standard_normal((count, 1, 1, size))
    weight[-1] = 1.5 * weight[0] + 0.01
    told = {(pair.first, pair.second): pair.cosine for pair in filters.alike(weight, threshold)}
    for a in range(count):
        for b in range(a + 1, count):
            x, y = weight[a].ravel(), weight[b].ravel()
            cosine = sum(x * y) / math.sqrt(sum(x * x) * sum(y * y))
            if abs(cosine - threshold) > 1e-5:
                assert ((a, b) in told) == (cosine > threshold)
            if (a, b) in told:
                assert told[a, b] == pytest.approx(cosine, abs=1e-5)
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_that_opposites_zeros_and_single_weights_are_like_nothing() -> None:
    weight = np.array([[1.0, 2.0], [-1.0, -2.0], [0.0, 0.0], [0.0, 0.0]])
    assert filters.alike(weight) == ()
    assert filters.alike(np.ones((3, 1, 1, 1))) == ()
    assert filters.alike(np.array([[1.0, np.nan], [1.0, np.nan]])) == ()


def traced(*layers: str, **settings: object) -> tuple[LayerTrace, ...]:
    """Return the trace of a network whose first convolution has filter 1 held below zero."""
    ends = (new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax"))
    chain = new_layer("conv2d", filters=3, kernel_size=3), *(new_layer(name) for name in layers), *ends
    model = Model.build(Architecture(chain), (1, 6, 6), np.random.default_rng(0))
    model.parameters.layers[0]["weight"][...] = 0.1
    model.parameters.layers[0]["bias"][...] = 1, -100, 1
    image = np.random.default_rng(1).random((1, 1, 6, 6))
    return Tracer(model).trace(image, np.array([0])).layers


@pytest.mark.parametrize(
    ("layers", "measured", "positions"),
    [(("relu",), 1, 16), (("batch_norm", "relu"), 2, 16), (("pool2d", "relu"), 2, 4), (("relu", "pool2d"), 1, 16)],
)
def test_that_a_filter_below_zero_is_silent_behind_its_relu(
    layers: tuple[str, ...], measured: int, positions: int
) -> None:
    found = filters.silence(traced(*layers), 0)
    assert (found.layer, found.positions) == (measured, positions)
    assert found.silent.tolist() == [False, True, False]


def test_that_without_an_activation_of_its_own_the_output_itself_counts() -> None:
    found = filters.silence(traced("conv2d", "relu"), 0)
    assert found.layer == 0 and not found.silent.any()
    found = filters.silence(traced("relu"), 3)
    assert found.layer == 3 and found.positions == 1


def test_that_a_filter_counts_as_silent_while_all_samples_agree() -> None:
    log, weight = filters.SilenceLog(), np.ones(3)
    assert log.add("a", 1, weight, np.array([True, True, False]))[0].tolist() == [True, True, False]
    silent, count = log.add("b", 1, weight, np.array([False, True, True]))
    assert (silent.tolist(), count) == ([False, True, False], 2)
    assert log.add("a", 1, weight, np.array([True, True, False]))[1] == 2
    assert log.add("a", 2, weight, np.array([True, False, False]))[1] == 1
    weight[0] = 2
    silent, count = log.add("b", 2, weight, np.array([False, True, True]))
    assert (silent.tolist(), count) == ([False, True, True], 1)
