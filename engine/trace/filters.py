"""What the weights of a layer look like as a whole: their distribution, filters that are alike, filters that are dead.

A filter is the first axis of a layer's weights: an output channel of a convolution, a unit of a dense layer.
"""

from collections.abc import Hashable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from engine.layer import Array
from engine.trace.record import LayerTrace

ALIKE = 0.95  # cosine from which on two filters count as near-duplicates
_PIECE = 2**14  # values


class Distribution(NamedTuple):
    """Of some values, whatever their shape; what is not finite counts in ``size`` alone."""

    size: int
    mean: float
    deviation: float
    zeros: float  # share of those that are exactly 0


class Pair(NamedTuple):
    """Two filters, the lower number first, and the cosine of the angle between their weights."""

    first: int
    second: int
    cosine: float


class Silence(NamedTuple):
    """Which filters put out 0 everywhere for one sample.

    Attributes:
        layer: number of the layer whose output was looked at.
        silent: (F,) bool.
        positions: values of each filter that were looked at.
    """

    layer: int
    silent: Array
    positions: int


def distribution(*arrays: Array) -> Distribution:
    """Return mean, standard deviation and share of zeros of all values of *arrays*; NaN where there is none."""
    size, found = sum(array.size for array in arrays), [(p.size, p.sum(), np.count_nonzero(p)) for p in _pieces(arrays)]
    count, total, others = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0.0, 0)
    if not count:
        return Distribution(size, np.nan, np.nan, np.nan)
    mean = total / count
    squares = sum(float(np.vdot(each, each)) for each in (piece - mean for piece in _pieces(arrays)))
    return Distribution(size, float(mean), sqrt(squares / count), float((count - others) / count))


def histogram(arrays: Sequence[Array], limit: float, bins: int) -> Array:
    """Return (bins,): how many of all values of *arrays* lie in each of so many equal parts of -limit to +limit.

    Args:
        arrays: of any shapes; what is not finite counts nowhere, what lies outside in the part at that end.
        limit: > 0.
        bins: an odd number has a part with 0 in its middle.
    """
    counts = np.zeros(bins, np.intp)
    for piece in _pieces(arrays):
        places = piece / limit
        places += 1
        places *= bins / 2
        counts += np.bincount(places.clip(0, bins - 1, out=places).astype(np.intp), minlength=bins)
    return counts


def alike(weight: Array, threshold: float = ALIKE) -> tuple[Pair, ...]:
    """Return the pairs of filters of *weight* (F, ...) whose cosine is at least *threshold*, the most alike first.

    cosine = a·b / (|a| |b|). A filter of zeros has no direction and is like none; where a filter has one weight alone,
    all of them point the same way or the opposite, which says nothing: there are no pairs.
    """
    flat = weight.reshape(len(weight), -1).astype(np.float32)
    if flat.shape[1] < 2:
        return ()
    with np.errstate(all="ignore"):  # what is not finite is like nothing
        flat /= np.sqrt([np.vdot(row, row) for row in flat])[:, None]
        cosine = flat @ flat.T
    first, second = np.nonzero(np.triu(cosine >= threshold, 1))
    pairs = [Pair(int(a), int(b), float(min(cosine[a, b], 1))) for a, b in zip(first, second, strict=True)]
    return tuple(sorted(pairs, key=lambda pair: (-pair.cosine, pair)))


def silence(layers: Sequence[LayerTrace], index: int) -> Silence:
    """Return which filters of the layer *index* are silent, behind its activation where it has one.

    The activation is the first one after it with nothing but layers between them that keep the channels apart.
    """
    place = next((j for j in _own_channels(layers, index) if layers[j].spec.type.category == "Activation"), index)
    output = layers[place].output
    rows = output.reshape(len(output), -1)
    return Silence(place, (rows == 0).all(axis=1), rows.shape[1])


class SilenceLog:
    """Which filters were silent for every sample that was seen with the present weights."""

    def __init__(self) -> None:
        self._weights: Array = np.zeros(0)
        self._moment: Hashable = None
        self._seen: dict[Hashable, Array] = {}

    def add(self, sample: Hashable, moment: Hashable, weight: Array, silent: Array) -> tuple[Array, int]:
        """Take in which filters were *silent* (F,) for *sample*; return those of all samples (F,), and their number.

        Another *moment*, such as the training step, or other weights of the layer begin anew.
        """
        if moment != self._moment or not np.array_equal(weight, self._weights):
            self._moment, self._weights, self._seen = moment, weight.copy(), {}
        self._seen[sample] = silent
        return np.logical_and.reduce(list(self._seen.values())), len(self._seen)


def _pieces(arrays: Sequence[Array]) -> Iterator[Array]:
    """Yield the finite values of *arrays* in float64, as many at a time as stay in the cache while they are read."""
    for flat in (array.reshape(-1) for array in arrays):
        for start in range(0, flat.size, _PIECE):
            piece = flat[start : start + _PIECE]
            finite = np.isfinite(piece)
            yield (piece if finite.all() else piece[finite]).astype(float, copy=False)


def _own_channels(layers: Sequence[LayerTrace], index: int) -> Sequence[int]:
    """Return the layers after *index* up to the first that mixes channels."""
    kept = []
    for place in range(index + 1, len(layers)):
        layer = layers[place]
        apart = [layer.spec.config.sources(layer.input.shape, c) == range(c, c + 1) for c in (0, len(layer.output) - 1)]
        if len(layer.output) != len(layer.input) or not all(apart):
            break
        kept.append(place)
    return kept
