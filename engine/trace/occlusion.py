"""What a class loses when a part of the image is covered: a grey patch, place by place."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from engine.errors import BadInputError
from engine.geometry import Axis, Window
from engine.layer import Array
from engine.trace.record import Trace
from engine.trace.replay import Replay, one_hot, to_logits

Pair = tuple[int, int]

MOST_IMAGES = 64  # at once: short enough to be answered in between
MOST_BYTES = 32 * 2**20  # that the outputs of all layers together may take


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch that covers part of an image.

    Attributes:
        size: rows and columns, in pixels.
        stride: distance between its places, down and across, 1 to *size*: every pixel is covered.
        grey: what it sets all channels to, in the units of the image: 0 to 1.
    """

    size: Pair = (5, 5)
    stride: Pair = (2, 2)
    grey: float = 0.5

    def window(self, size: Pair) -> Window:
        """Return its places on an image (H, W) = *size*: O = ceil(X / S), in the middle of their part of the image.

        Raises:
            BadInputError: a size below 1, or a stride that leaves pixels uncovered.
        """
        if not all(1 <= s <= k for s, k in zip(self.stride, self.size, strict=True)):
            raise BadInputError(f"stride={self.stride} does not fit a patch of {self.size}; use 1 up to its size.")
        return Window.of(size, self.size, self.stride, "same")


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What covering each place takes from the class, (OH, OW); below 0 where it gains.

    Attributes:
        logit: of its logit.
        output: of the network's output, a probability after a last Softmax or Sigmoid.
        window: the places.
    """

    logit: Array
    output: Array
    window: Window

    def part(self, place: Pair) -> tuple[slice, slice]:
        """Return the rows and columns of the image that the patch covers at a place (row, column of the arrays)."""
        return _under(self.window.rows, place[0]), _under(self.window.cols, place[1])

    def spread(self, values: Array) -> Array:
        """Return *values*, one of the two, as (H, W): each place's value where the middle of the patch lay nearest."""
        for axis, along in enumerate((self.window.rows, self.window.cols)):
            skipped = (along.output * along.stride - along.size) // 2
            values = values.repeat(along.stride, axis).take(np.arange(skipped, skipped + along.size), axis)
        return values


def occlusion(trace: Trace, chosen: int, patch: Patch) -> Generator[float, None, Occlusion]:
    """Yield the share of the work that is done, after each piece of it; return what class *chosen* loses.

    Raises:
        BadInputError: *chosen* is no class, or the patch leaves pixels uncovered.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", arXiv 1311.2901, section 4.2.
    """
    image = trace.layers[0].input
    window = patch.window((image.shape[1], image.shape[2]))
    layers, logits = to_logits(trace)
    one_hot(logits, chosen)
    to_scores, to_outputs = Replay(layers), Replay(trace.layers[len(layers) :])
    places, size, found = [*_parts(window)], images_at_once(trace), []
    for start in range(0, len(places), size):
        scores = to_scores.forward(_covered(image, places[start : start + size], patch.grey))
        found.append(np.stack((scores[:, chosen], to_outputs.forward(scores)[:, chosen])))
        yield min(1.0, (start + size) / len(places))
    whole = np.array([logits[chosen], trace.layers[-1].output[chosen]])
    with np.errstate(all="ignore"):  # what is not finite is shown as it is
        drops = (whole[:, None] - np.concatenate(found, axis=1)).reshape(2, *window.output)
    return Occlusion(drops[0], drops[1], window)


def images_at_once(trace: Trace) -> int:
    """Return how many images go through the network at a time: MOST_IMAGES, or fewer where its layers put out much."""
    values = sum(layer.input.size + layer.output.size for layer in trace.layers)
    return max(1, min(MOST_IMAGES, MOST_BYTES // (8 * values)))


def _covered(image: Array, parts: list[tuple[slice, slice]], grey: float) -> Array:
    """Return (N, C, H, W): the image with each of the parts covered."""
    covered = np.repeat(image[None], len(parts), axis=0)
    for each, (rows, cols) in zip(covered, parts, strict=True):
        each[:, rows, cols] = grey
    return covered


def _parts(window: Window) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns under the patch at each place, in reading order, without what lies outside."""
    by_axis = [[_under(axis, n) for n in range(axis.output)] for axis in (window.rows, window.cols)]
    yield from product(*by_axis)


def _under(axis: Axis, place: int) -> slice:
    """Return what the patch covers of an axis at a place, without what lies outside."""
    start = place * axis.stride - axis.before
    return slice(max(0, start), min(axis.size, start + axis.kernel))
