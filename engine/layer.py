"""What every layer is: a frozen config that knows shapes, and a layer that computes.

Values travel in the layout of the fast path, rows outermost and the batch innermost: maps as (H, C, W, N),
vectors as (features, N). A config speaks of one sample in the field's order: (C, H, W) or (features,).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from engine import schema
from engine.geometry import Window

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

MOST_SHAPES = 8  # of a buffer: those of a mini-batch, the last of an epoch, the pieces of an evaluation, and a few more


def _alone(values: Array) -> Array:
    return values


@dataclass(frozen=True, slots=True)
class Part:
    """What the layers of one pass know about the mini-batch that theirs is a part of.

    Attributes:
        training: whether Dropout drops and BatchNorm measures the mini-batch itself.
        first: place of the part's first sample in the mini-batch.
        batch: samples in the whole mini-batch.
        key: (seed of the run, step): with a layer's position and a sample's place it fixes every random number.
        total: the sum of an array over all parts of the mini-batch, the same in each; all parts must ask.
    """

    training: bool = False
    first: int = 0
    batch: int = 1
    key: tuple[int, int] = (0, 0)
    total: Callable[[Array], Array] = _alone


class LayerConfig:
    """The hyper-parameters of a layer. Subclasses are frozen dataclasses whose fields are made by ``param``."""

    __slots__ = ()
    gives_probabilities: ClassVar[bool] = False  # values from 0 to 1 that add up to 1
    keeps_places: ClassVar[bool] = False  # each value of the output is made of the one at its place, outside training
    keeps_channels: ClassVar[bool] = False  # its maps, flat or not, are each made of one channel, in their order
    fused_loss: ClassVar[str] = ""  # the loss that is computed together with this layer where it is the last

    def __post_init__(self) -> None:
        for p in schema.params_of(self):
            object.__setattr__(self, p.name, p.coerce(getattr(self, p.name)))

    def output_shape(self, shape: Shape) -> Shape:
        """Return the output shape for one sample of *shape*; raises ShapeError where there is none."""
        raise NotImplementedError

    def window(self, shape: Shape) -> Window | None:
        """Return where it reads an input of *shape*, if it slides a window over maps; raises ShapeError as above."""
        return None

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Return the shape of each learned array, by name, for inputs of *shape*."""
        return {}

    def statistic_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Return the shape of each array that forward keeps in training and no gradient changes, by name."""
        return {}

    def array_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Return the shape of everything that a trained layer of this kind is made of, by name."""
        return self.parameter_shapes(shape) | self.statistic_shapes(shape)

    def parameter_arithmetic(self, shape: Shape) -> str:
        """Return how many learned values there are and why, '6 × (1 × 5 × 5) + 6 = 156'; '' where there are none."""
        return ""

    def sources(self, shape: Shape, channel: int) -> range:
        """Return which channels, or plain values, of an input of *shape* an output *channel*, or value, depends on."""
        return range(shape[0])

    def multiply_adds(self, shape: Shape) -> int:
        """Return how many products forward adds up for one sample of *shape*; those with padding count too."""
        return 0

    def initialise(self, parameters: Mapping[str, Array], rng: np.random.Generator) -> None:
        """Write the initial values into *parameters*, statistics among them (in place), drawn from *rng*."""

    def build(self, shape: Shape, backend: str = "fast") -> "Layer":
        """Return the layer that computes, for inputs of *shape*; *backend*: see ``engine.layers.plain``."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return the settings in one short line for the layer's card, e.g. '6 @ 5x5'."""
        return ""


class Workspace:
    """What one layer keeps for one shard of a mini-batch: buffers that are allocated once, and gradients.

    Attributes:
        grads: the gradient of each parameter, written by ``Layer.backward``; one that is missing is not wanted.
        saved: what forward leaves for backward.
        part: the mini-batch's part that is worked on.
        position: the layer's, in its chain.
    """

    def __init__(self, dtype: npt.DTypeLike, grads: Mapping[str, Array] | None = None, position: int = 0) -> None:
        self.dtype = np.dtype(dtype)
        self.part, self.position = Part(), position
        self.grads = dict(grads or {})
        self.saved: dict[str, Array] = {}
        self._buffers: dict[str, dict[Shape, Array]] = {}

    def buffer(self, name: str, shape: Shape, dtype: npt.DTypeLike | None = None) -> Array:
        """Return the buffer *name* of *shape*: zeros at first, afterwards as it was left.

        Shapes differ by the number of samples; of many, the ones that were made last are kept.
        """
        made = self._buffers.get(name)
        if made is None:
            made = self._buffers[name] = {}
        if shape not in made:
            if len(made) == MOST_SHAPES:
                del made[next(iter(made))]
            made[shape] = np.zeros(shape, self.dtype if dtype is None else dtype)
        return made[shape]

    def like(self, name: str, array: Array) -> Array:
        """Return the buffer *name* in the shape and in the memory order of *array*."""
        if array.flags.c_contiguous:  # nearly always; what follows costs as much as a small layer
            return self.buffer(name, array.shape)
        order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
        memory = self.buffer(name, tuple(array.shape[axis] for axis in order))
        return memory.transpose(np.argsort(order))


class Layer:
    """A layer of a built model. It holds parameters; what belongs to one pass lives in a Workspace.

    Attributes:
        parameters: its learned arrays and statistics, by name.
        rises: whether it is one function for each value, which never falls where the value grows.
        picks: whether each output is one of the inputs, chosen by their order alone.
        forgets: whether its output is an array of its own that its backward does not look at.
    """

    rises: bool = False
    picks: bool = False
    forgets: bool = False

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
