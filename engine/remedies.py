"""What to change in a layer so that it reads every pixel, found by trying."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product
from typing import Any, cast

from engine import schema
from engine.architecture import Architecture
from engine.errors import ShapeError
from engine.geometry import Axis
from engine.layer import LayerConfig, Shape
from engine.schema import Param
from engine.shapes import LayerInfo, first_problem, infer_shapes

_MOST_VALUES = 6  # of a setting along an axis that are tried in the whole chain

Pair = tuple[int, int]
Infos = tuple[LayerInfo, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One setting of a layer with another value.

    Attributes:
        param: which setting.
        value: its new value, (rows, columns).
        config: the layer's config with it.
        output: (F, OH, OW), the layer's then.
        refitted: how many layers then have learned arrays of another shape, which begin anew.
    """

    param: Param
    value: Pair
    config: LayerConfig
    output: Shape
    refitted: int


# Each setting as a field of ``Axis``, and the sign of the change that comes first of two equally small ones.
_FIELDS = {
    "kernel_size": ("kernel", 1), "size": ("kernel", 1), "padding": ("before", 1),  # r more cells: the same output
    "stride": ("stride", -1), "dilation": ("dilation", -1),
}  # fmt: skip


@lru_cache(maxsize=16)  # who shows them asks at every new frame
def remedies(architecture: Architecture, uid: str, input_shape: Shape, classes: int, loss: str) -> tuple[Remedy, ...]:
    """Return for each setting of the layer *uid* the smallest change with which it reads every pixel.

    A change counts only if the whole chain works with it, and a setting that alone cannot help has none. Where every
    pixel is read already, or the layer cannot work, there are none at all.

    Args:
        architecture: the chain.
        uid: of the layer.
        input_shape: (C, H, W) of one sample.
        classes, loss: as ``infer_shapes`` takes them.
    """
    index, before = architecture.index(uid), infer_shapes(architecture, input_shape, classes, loss)
    config, shape = architecture.layers[index].config, before[index].input
    found = []
    for param in schema.params_of(config) if before[index].unread else ():
        for value in _values(config, param, shape or ()):
            changed = _with(config, param, value)
            chain = architecture.configure(uid, changed)
            after = infer_shapes(chain, input_shape, classes, loss)
            if (output := after[index].output) is not None and first_problem(after) is None:
                found.append(Remedy(param, value, changed, output, _refitted(architecture, before, chain, after)))
                break
    return tuple(found)


def _values(config: LayerConfig, param: Param, shape: Shape) -> list[Pair]:
    """Return values (rows, columns) of a setting with which the layer reads every pixel, the smallest change first."""
    if param.name not in _FIELDS:
        return []
    rows, cols = (_along(_square(config, axis), param, (shape[0], shape[1 + axis], shape[1 + axis])) for axis in (0, 1))
    both = sorted(product(rows, cols), key=lambda pair: abs(pair[0][0]) + abs(pair[1][0]))
    return [(row, col) for (_, row), (_, col) in both]


def _along(config: LayerConfig, param: Param, shape: Shape) -> list[Pair]:
    """Return (change, value) of a setting with which a square window reads all of a square, the nearest first."""
    field, sign = _FIELDS[param.name]
    axis = _axis(config, shape)
    now = getattr(axis, field) if axis else 0
    values = range(int(param.ge or 0), int(param.le or 0) + 1)
    near = sorted(values, key=lambda value: (abs(value - now), sign * (now - value)))
    good = (value for value in near if _reads_all(_axis(_with(config, param, (value, value)), shape)))
    return [(value - now, value) for value in islice(good, _MOST_VALUES)]


def _reads_all(axis: Axis | None) -> bool:
    """Whether it reads every pixel, and no window lies in the padding alone."""
    return axis is not None and max(axis.before, axis.after) < axis.extent and bool(axis.read_counts().all())


def _axis(config: LayerConfig, shape: Shape) -> Axis | None:
    """Return how a layer reads the rows of *shape*; None where its window does not fit."""
    try:
        window = config.window(shape)
    except ShapeError:
        return None
    return None if window is None else window.rows


def _square(config: LayerConfig, axis: int) -> LayerConfig:
    """Return the config with what it says of one axis said of both."""
    for param in schema.params_of(config):
        if isinstance(value := getattr(config, param.name), tuple):
            config = _with(config, param, (value[axis], value[axis]))
    return config


def _with(config: LayerConfig, param: Param, value: Pair) -> LayerConfig:
    return cast(LayerConfig, replace(cast(Any, config), **{param.name: value}))


def _refitted(old: Architecture, before: Infos, new: Architecture, after: Infos) -> int:
    """Return how many layers have learned arrays of other shapes in *new* than in *old*."""
    return sum(one != other for one, other in zip(_arrays(old, before), _arrays(new, after), strict=True))


def _arrays(chain: Architecture, infos: Infos) -> list[dict[str, Shape]]:
    known = zip(chain.layers, infos, strict=True)
    return [spec.config.array_shapes(info.input) if info.input and info.output else {} for spec, info in known]
