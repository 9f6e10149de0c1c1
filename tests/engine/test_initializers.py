"""Initial weights: their spread, the fixed kernels, and that no two layers get the same."""

import numpy as np
import pytest

from engine import initializers, schema
from engine.architecture import Architecture, new_layer
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.model import Model
from tests.helpers.layers import Array

RNG = np.random.default_rng(0)
DRAWN = [name for name in initializers.BY_NAME if name.split()[0] in ("He", "Xavier", "LeCun")]
SPREADS = [
    ("He", (4000, 1, 5, 5), 0.283),
    ("He", (300, 512), (2 / 512) ** 0.5),
    ("Xavier", (64, 32, 5, 5), (2 / (32 * 25 + 64 * 25)) ** 0.5),
    ("Xavier", (300, 500), (2 / 800) ** 0.5),
    ("LeCun", (64, 32, 5, 5), (1 / (32 * 25)) ** 0.5),
    ("LeCun", (500, 300), (1 / 300) ** 0.5),
]


def drawn(name: str, *shape: int, seed: int = 0) -> Array:
    weights = np.full(shape, np.nan)
    initializers.BY_NAME[name](weights, np.random.default_rng(seed))
    return weights


def choices(config: type) -> tuple[str, ...]:
    return next(p.choices for p in schema.params_of(config) if p.name == "initializer")


@pytest.mark.parametrize(
    ("shape", "fans"), [((6, 1, 5, 5), (25, 150)), ((16, 6, 5, 3), (90, 240)), ((84, 120), (120, 84))]
)
def test_that_fans_count_what_goes_in_and_out_of_a_cell(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    assert initializers.fans(shape) == fans


@pytest.mark.parametrize(
    ("name", "shape", "std"),
    [(name, shape, std) for first, shape, std in SPREADS for name in DRAWN if name.startswith(first)],
)
def test_that_the_spread_is_that_of_the_paper(name: str, shape: tuple[int, ...], std: float) -> None:
    weights = drawn(name, *shape)
    assert weights.std() == pytest.approx(std, rel=0.01)
    assert weights.mean() == pytest.approx(0, abs=0.02 * std)
    assert (weights < 0).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", ["He uniform", "Xavier uniform"])
def test_that_uniform_weights_fill_both_signs_evenly_up_to_the_limit(name: str) -> None:
    weights = drawn(name, 300, 400)
    limit = {"He uniform": (6 / 400) ** 0.5, "Xavier uniform": (6 / 700) ** 0.5}[name]
    assert np.abs(weights).max() <= limit
    counts, _ = np.histogram(weights, bins=10, range=(-limit, limit))
    assert counts == pytest.approx([weights.size / 10] * 10, rel=0.05)


def test_that_groups_share_the_channels_and_the_filters() -> None:
    assert initializers.fans((8, 2, 3, 3), groups=4) == (2 * 9, 2 * 9)
    grouped = np.empty((1000, 2, 3, 3))
    initializers.BY_NAME["Xavier normal"](grouped, RNG, groups=100)
    assert grouped.std() == pytest.approx((2 / (18 + 90)) ** 0.5, rel=0.02)


def test_that_a_grouped_convolution_tells_its_groups() -> None:
    config = Conv2DConfig(filters=512, groups=64, initializer="Xavier normal")
    weight = np.empty((512, 1, 3, 3))
    config.initialise({"weight": weight}, RNG)
    assert weight.std() == pytest.approx((2 / (9 + 8 * 9)) ** 0.5, rel=0.05)


VERTICAL = [[1, 0, -1]] * 3


@pytest.mark.parametrize(
    ("name", "size", "kernel"),
    [
        ("vertical edges", (3, 3), VERTICAL),
        ("horizontal edges", (3, 3), [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
        ("vertical edges", (2, 5), [[1, 1, 0, -1, -1]] * 2),
        ("vertical edges", (1, 4), [[1, 1, -1, -1]]),
        ("horizontal edges", (4, 2), [[1, 1], [1, 1], [-1, -1], [-1, -1]]),
        ("vertical edges", (3, 1), [[0]] * 3),
        ("horizontal edges", (1, 1), [[0]]),
    ],
)
def test_that_every_filter_and_channel_gets_the_published_edge_kernel(
    name: str, size: tuple[int, int], kernel: list[list[int]]
) -> None:
    assert drawn(name, 2, 3, *size).tolist() == [[kernel] * 3] * 2


def test_that_edge_kernels_find_edges_of_their_direction_alone() -> None:
    image = np.zeros((1, 1, 6, 6))
    image[..., :3] = 1  # bright left of a vertical edge
    for name, strongest in (("vertical edges", 3), ("horizontal edges", 0)):
        chain = Architecture((new_layer("conv2d", filters=1, initializer=name),))
        assert Model.build(chain, (1, 6, 6), RNG).forward(image).max() == strongest


def test_that_zeros_are_zeros() -> None:
    assert not drawn("zeros", 3, 4).any()
    assert not drawn("zeros", 3, 4, 2, 2).any()


def test_that_a_convolution_has_all_the_choices_and_dense_those_without_a_picture() -> None:
    assert choices(Conv2DConfig) == tuple(initializers.BY_NAME)
    assert set(choices(Conv2DConfig)) - set(choices(DenseConfig)) == {"vertical edges", "horizontal edges"}


@pytest.mark.parametrize("name", initializers.FOR_DENSE)
def test_that_dense_takes_each_of_its_choices(name: str) -> None:
    chain = Architecture((new_layer("dense", units=3, initializer=name),))
    assert np.isfinite(Model.build(chain, (5,), RNG).parameters.flat).all()


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
