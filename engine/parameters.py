"""All parameters and statistics of a model, or all gradients, in one flat vector with a view for each array."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from engine.layer import Array, Shape


class ParameterVector:
    """One contiguous vector, and into it a view per layer and name.

    Args:
        shapes: of each layer's learned arrays, by name.
        dtype: of all arrays.
        statistics: shapes of each layer's other arrays, which no gradient changes.
        memory: where the vector lies, if it is not to be allocated; its bytes stay as they are.

    Attributes:
        flat: (P + Q,), everything that makes a trained model.
        learned: (P,), its leading part, so that an optimizer step is a handful of calls.
        layers: for each layer a mapping from name to a view of its shape, statistics among them.
        starts: for each layer where each of these views begins in ``flat``, by name.
    """

    def __init__(
        self,
        shapes: Sequence[Mapping[str, Shape]],
        dtype: npt.DTypeLike,
        statistics: Sequence[Mapping[str, Shape]] = (),
        memory: memoryview | None = None,
    ) -> None:
        count = _count(shapes)
        size = count + _count(statistics)
        self.flat: Array = np.zeros(size, dtype) if memory is None else np.frombuffer(memory, dtype, size)
        self.learned = self.flat[:count]
        self.layers: tuple[dict[str, Array], ...] = tuple({} for _ in shapes)
        self.starts: tuple[dict[str, int], ...] = tuple({} for _ in shapes)
        places, start = [*zip(self.layers, self.starts, strict=True)], 0
        for (views, starts), layer in [*zip(places, shapes, strict=True), *zip(places, statistics, strict=False)]:
            for name, shape in layer.items():
                views[name] = self.flat[start : start + prod(shape)].reshape(shape)
                starts[name] = start
                start += prod(shape)


def _count(shapes: Sequence[Mapping[str, Shape]]) -> int:
    return sum(prod(s) for layer in shapes for s in layer.values())
