"""Initial weights: their spread, and that no two layers get the same."""

import numpy as np
import pytest

from engine import initializers
from engine.architecture import Architecture, new_layer
from engine.model import Model
from tests.helpers.layers import Array


def drawn(name: str, *shape: int, seed: int = 0) -> Array:
    weights = np.empty(shape)
    initializers.BY_NAME[name](weights, np.random.default_rng(seed))
    return weights


@pytest.mark.parametrize(
    ("shape", "fans"), [((6, 1, 5, 5), (25, 150)), ((16, 6, 5, 3), (90, 240)), ((84, 120), (120, 84))]
)
def test_that_fans_count_what_goes_in_and_out_of_a_cell(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    assert initializers.fans(shape) == fans


@pytest.mark.parametrize(
    ("name", "shape", "std"),
    [
        ("He normal", (4000, 1, 5, 5), 0.283),
        ("He normal", (300, 512), (2 / 512) ** 0.5),
        ("Xavier normal", (64, 32, 5, 5), (2 / (32 * 25 + 64 * 25)) ** 0.5),
        ("Xavier normal", (300, 500), (2 / 800) ** 0.5),
    ],
)
def test_that_the_spread_is_that_of_the_paper(name: str, shape: tuple[int, ...], std: float) -> None:
    weights = drawn(name, *shape)
    assert weights.std() == pytest.approx(std, rel=0.01)
    assert weights.mean() == pytest.approx(0, abs=0.02 * std)
    assert (weights < 0).mean() == pytest.approx(0.5, abs=0.02)


def test_that_layers_of_one_shape_draw_different_weights_from_one_generator() -> None:
    dense = [new_layer("dense", units=20) for _ in range(2)]
    model = Model.build(Architecture(tuple(dense)), (20,), np.random.default_rng(0))
    first, second = (views["weight"] for views in model.parameters.layers)
    assert not np.isclose(first, second).any()


def test_that_no_two_weights_of_a_layer_are_alike_and_biases_start_at_zero() -> None:
    model = Model.build(Architecture((new_layer("conv2d"),)), (3, 8, 8), np.random.default_rng(0))
    weight, bias = model.parameters.layers[0].values()
    assert len(np.unique(weight)) == weight.size
    assert not bias.any()


def test_that_float32_weights_are_the_float64_ones_rounded() -> None:
    chain = Architecture((new_layer("conv2d"),))
    single, double = (
        Model.build(chain, (1, 5, 5), np.random.default_rng(7), dtype).parameters.flat
        for dtype in (np.float32, np.float64)
    )
    assert (single == double.astype(np.float32)).all()
