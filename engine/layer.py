"""What every layer is: a frozen config that knows shapes, and a layer that computes.

Values travel in the layout of the fast path, rows outermost and the batch innermost: maps as (H, C, W, N),
vectors as (features, N). A config speaks of one sample in the field's order: (C, H, W) or (features,).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from engine import schema

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


class LayerConfig:
    """The hyper-parameters of a layer. Subclasses are frozen dataclasses whose fields are made by ``param``."""

    __slots__ = ()
    gives_probabilities: ClassVar[bool] = False  # for each class, so that it can end a classifier

    def __post_init__(self) -> None:
        for p in schema.params_of(self):
            object.__setattr__(self, p.name, p.coerce(getattr(self, p.name)))

    def output_shape(self, shape: Shape) -> Shape:
        """Return the output shape for one sample of *shape*; raises ShapeError where there is none."""
        raise NotImplementedError

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Return the shape of each learned array, by name, for inputs of *shape*."""
        return {}

    def initialise(self, parameters: Mapping[str, Array], rng: np.random.Generator) -> None:
        """Write the initial values into *parameters* (in place), drawn from *rng*."""

    def build(self, shape: Shape) -> "Layer":
        """Return the layer that computes, for inputs of *shape*."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return the settings in one short line for the layer's card, e.g. '6 @ 5x5'."""
        return ""


class Workspace:
    """What one layer keeps for one shard of a mini-batch: buffers that are allocated once, and gradients.

    Attributes:
        grads: the gradient of each parameter, written by ``Layer.backward``.
        saved: what forward leaves for backward.
    """

    def __init__(self, dtype: npt.DTypeLike, grads: Mapping[str, Array] | None = None) -> None:
        self.dtype = np.dtype(dtype)
        self.grads = dict(grads or {})
        self.saved: dict[str, Array] = {}
        self._buffers: dict[tuple[str, Shape], Array] = {}

    def buffer(self, name: str, shape: Shape, dtype: npt.DTypeLike | None = None) -> Array:
        """Return the buffer *name* of *shape*: zeros at first, afterwards as it was left."""
        key = (name, shape)
        if key not in self._buffers:
            self._buffers[key] = np.zeros(shape, self.dtype if dtype is None else dtype)
        return self._buffers[key]


class Layer:
    """A layer of a built model. It holds parameters; what belongs to one pass lives in a Workspace."""

    def __init__(self) -> None:
        self.parameters: Mapping[str, Array] = {}

    def forward(self, x: Array, work: Workspace) -> Array:
        """Return the output for *x*; it stays valid until the next forward with the same *work*."""
        raise NotImplementedError

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        """Return dLoss/dInput and write dLoss/dParameter into ``work.grads``.

        With ``input_needed=False`` (the first layer of a model) the return value may be an empty array.
        """
        raise NotImplementedError
