"""Hypothesis strategies for windows and layer configs, and what runs a single layer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import strategies as st

import engine.layers  # noqa: F401  (registers every layer type)
from engine import registry, schema
from engine.architecture import Architecture, LayerSpec
from engine.errors import ShapeError
from engine.layer import LayerConfig, Part, Shape
from engine.model import Model
from engine.passes import Pass, in_field_order
from engine.schema import Param
from tests.helpers.together import Together

Array = npt.NDArray[Any]
Pair = tuple[int, int]

TYPES = pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.name)
SHAPES: tuple[Shape, ...] = ((2, 7, 6), (1, 5, 9), (3, 4, 4), (24,), (5,))


@dataclass(frozen=True)
class Sliding:
    """A window over an input, by (rows, columns)."""

    size: Pair
    kernel: Pair
    stride: Pair
    padding: Pair


@st.composite
def axes(draw: st.DrawFn, padded_windows: bool) -> tuple[int, int, int, int]:
    """Draw (size, kernel, stride, padding) that fit; *padded_windows*: a window may hold padding alone."""
    kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    padding = draw(st.integers(0, kernel + 1 if padded_windows else kernel - 1))
    return draw(st.integers(max(1, kernel - 2 * padding), 7)), kernel, stride, padding


@st.composite
def slidings(draw: st.DrawFn, padded_windows: bool = True) -> Sliding:
    """Draw a window that fits, rows and columns independently: S > K, P >= K, 1 x 1 and K = X all occur."""
    pairs = zip(*(draw(axes(padded_windows)) for _ in range(2)), strict=True)
    return Sliding(*pairs)


def _values(param: Param, largest: int) -> st.SearchStrategy[Any]:
    if param.kind == "bool":
        return st.booleans()
    if param.kind == "choice":
        return st.sampled_from(param.choices)
    low = param.ge if param.ge is not None else param.gt or 0
    if param.kind == "float":
        return st.floats(low, param.le, exclude_min=param.gt is not None, allow_nan=False, allow_infinity=False)
    whole = st.integers(int(low), largest if param.le is None else min(largest, int(param.le)))
    if param.kind == "padding":
        return st.tuples(whole, whole) | st.sampled_from(param.choices)
    return st.tuples(whole, whole) if param.kind == "pair" else whole


def configs(cls: type[LayerConfig], largest: int = 4) -> st.SearchStrategy[LayerConfig]:
    """Draw configs of *cls* with values inside their limits, whole numbers up to *largest*."""
    return st.builds(cls, **{p.name: st.just(p.default) | _values(p, largest) for p in schema.params_of(cls)})


def draw(data: st.DataObject, kind: registry.LayerType) -> tuple[LayerConfig, Shape]:
    """Draw a config and an input shape that it takes."""
    config = data.draw(configs(kind.config).filter(fitting_shapes))
    return config, data.draw(st.sampled_from(fitting_shapes(config)))


def fitting_shapes(config: LayerConfig, shapes: Sequence[Shape] = SHAPES) -> list[Shape]:
    """Return those of *shapes* that *config* takes."""
    return [shape for shape in shapes if _fits(config, shape)]


def _fits(config: LayerConfig, shape: Shape) -> bool:
    try:
        config.output_shape(shape)
    except ShapeError:
        return False
    return True


def one_layer(config: LayerConfig, shape: Shape, dtype: npt.DTypeLike = np.float64, seed: int = 0) -> Model:
    """Return a model of one layer, its biases drawn too."""
    model = Model.build(Architecture((LayerSpec("a", config),)), shape, np.random.default_rng(seed), dtype)
    model.parameters.flat += 0.1 * np.random.default_rng(seed + 1).standard_normal(model.parameters.flat.shape)
    return model


def forward_and_backward(
    model: Model, x: Array, grad_output: Array, part: Part | None = None
) -> tuple[Array, Array, Array]:
    """Return (output, grad_input, flat parameter gradient) as copies, by a pass of its own; it evaluates, or *part*."""
    shard = Pass(model)
    y = in_field_order(shard.activations(x, part)[-1]).copy()
    grad_input = shard.backward(grad_output).copy()
    return y, grad_input, shard.gradients.flat.copy()


def in_parts(
    model: Model, x: Array, grad_output: Array, cuts: Sequence[int] = (), key: Pair = (0, 0)
) -> tuple[Array, Array, Array]:
    """Return what ``forward_and_backward`` does, of a mini-batch in training that is cut before the samples *cuts*."""
    places = [slice(a, b) for a, b in pairwise((0, *cuts, len(x)))]
    together = Together(len(places))

    def run(place: int) -> tuple[Array, Array, Array]:
        mine = places[place]
        part = Part(True, mine.start, len(x), key, partial(together.total, place))
        try:
            return forward_and_backward(model, x[mine], grad_output[mine], part)
        except BaseException:
            together.give_up()
            raise

    with ThreadPoolExecutor(len(places)) as threads:
        outputs, inputs, gradients = zip(*threads.map(run, range(len(places))), strict=True)
    return np.concatenate(outputs), np.concatenate(inputs), np.sum(gradients, axis=0)
