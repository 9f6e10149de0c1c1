"""Weights that follow their layer through edits, so that undo brings trained weights back."""

from collections import OrderedDict
from collections.abc import Mapping

from engine.architecture import Architecture
from engine.files.weights import Weights
from engine.layer import Array, Shape
from engine.model import Model

Key = tuple[str, frozenset[tuple[str, Shape]]]  # uid of a layer; name and shape of each of its arrays
LIMIT = 256 * 2**20  # bytes


class WeightStash:
    """The last weights of every layer that was seen, by its uid and the shapes of its arrays.

    The layers seen longest ago are forgotten when all together exceed LIMIT, but never those of the last network.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Mapping[str, Array]] = OrderedDict()

    def keep(self, model: Model) -> None:
        """Copy the weights of every layer of *model*."""
        layers = zip(model.architecture.layers, model.parameters.layers, strict=True)
        present = {_key(spec.uid, views): views for spec, views in layers if views}
        for key, views in present.items():
            self._kept[key] = {name: view.copy() for name, view in views.items()}
            self._kept.move_to_end(key)
        while len(self._kept) > len(present) and self.size > LIMIT:
            self._kept.popitem(last=False)

    def restore(self, model: Model) -> None:
        """Write what is kept into *model*; the other layers keep their fresh weights."""
        for spec, views in zip(model.architecture.layers, model.parameters.layers, strict=True):
            for name, values in self._kept.get(_key(spec.uid, views), {}).items():
                views[name][...] = values

    def weights(self, architecture: Architecture, shapes: Mapping[str, Mapping[str, Shape]]) -> Weights:
        """Return what is kept for a chain that cannot work as it is, by uid.

        A layer whose *shapes* are known gets weights that fit them or none, any other layer the newest.
        """
        newest = {key[0]: arrays for key, arrays in self._kept.items()}
        fitting = {uid: self._kept.get((uid, frozenset(wanted.items()))) for uid, wanted in shapes.items()}
        found = {spec.uid: fitting.get(spec.uid, newest.get(spec.uid)) for spec in architecture.layers}
        return {uid: arrays for uid, arrays in found.items() if arrays}

    def replace(self, weights: Weights) -> None:
        """Forget everything but *weights*."""
        self._kept.clear()
        self._kept.update({_key(uid, arrays): arrays for uid, arrays in weights.items()})

    @property
    def size(self) -> int:
        """How many bytes it keeps."""
        return sum(array.nbytes for arrays in self._kept.values() for array in arrays.values())


def _key(uid: str, arrays: Mapping[str, Array]) -> Key:
    return uid, frozenset((name, array.shape) for name, array in arrays.items())
