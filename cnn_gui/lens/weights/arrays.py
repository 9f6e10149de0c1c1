"""The learned arrays of a layer as one mosaic: how they are shown, and which tiles belong to which filter."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cnn_gui.plots.mosaic import MosaicView
from engine.layer import Array

Place = tuple[int, ...]


def show(
    mosaic: MosaicView,
    arrays: Mapping[str, Array],
    channels: Sequence[str] = (),
    place: Callable[[int], str] | None = None,
) -> None:
    """Show kernels or a matrix with their biases, or else all values of *arrays* one after the other.

    *channels* are the names of those that kernels read; *place* says where an input of the matrix comes from.
    """
    weight, bias = arrays.get("weight"), arrays.get("bias")
    if weight is not None and weight.ndim == 4:
        mosaic.set_kernels(weight, bias, channels if len(channels) == weight.shape[1] else ())
    elif weight is not None and weight.ndim == 2:
        mosaic.set_matrix(weight, bias, place)
    else:
        names = [f"{name} {i}" for name, values in arrays.items() for i in range(values.size)]
        mosaic.set_vector(np.concatenate([values.ravel() for values in arrays.values()]), names)


def tiles_of(weight: Array, filter_: int) -> range:
    """Return which tiles of the mosaic are those of a filter: a kernel for each channel, or a weight for each input."""
    per_filter = weight.shape[1]
    return range(filter_ * per_filter, (filter_ + 1) * per_filter)


def filter_of(weight: Array, tile: int) -> int:
    """Return the filter that a tile belongs to."""
    return tile // int(weight.shape[1])
