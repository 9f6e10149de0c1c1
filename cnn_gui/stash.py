"""Weights that follow their layer through edits, so that undo brings trained weights back."""

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from engine.model import Model

Weights = dict[str, npt.NDArray[np.generic]]
Key = tuple[str, tuple[tuple[str, tuple[int, ...]], ...]]
LIMIT = 256 * 2**20  # bytes


class WeightStash:
    """The last weights of every layer that was seen, by its uid and the shapes of its arrays.

    The layers seen longest ago are forgotten when all together exceed LIMIT.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Weights] = OrderedDict()

    def keep(self, model: Model) -> None:
        """Copy the weights of every layer of *model*."""
        for spec, views in zip(model.architecture.layers, model.parameters.layers, strict=True):
            if views:
                self._kept[_key(spec.uid, views)] = {name: view.copy() for name, view in views.items()}
                self._kept.move_to_end(_key(spec.uid, views))
        while len(self._kept) > 1 and self._size() > LIMIT:
            self._kept.popitem(last=False)

    def restore(self, model: Model) -> tuple[str, ...]:
        """Write what is kept into *model*; return the uids of layers that keep their fresh weights."""
        fresh = []
        for spec, views in zip(model.architecture.layers, model.parameters.layers, strict=True):
            kept = self._kept.get(_key(spec.uid, views), {})
            for name, values in kept.items():
                views[name][...] = values
            if views and not kept:
                fresh.append(spec.uid)
        return tuple(fresh)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def _size(self) -> int:
        return sum(array.nbytes for weights in self._kept.values() for array in weights.values())


def _key(uid: str, views: dict[str, npt.NDArray[np.generic]]) -> Key:
    return uid, tuple((name, view.shape) for name, view in views.items())
