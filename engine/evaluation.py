"""Loss and accuracy on images that are not trained on."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import nan, prod

from engine.data.dataset import Batch, Split
from engine.model import Model
from engine.parallel import Shards
from engine.pieces import finished
from engine.shapes import CROSS_ENTROPY, infer_shapes

MOST_IMAGES = 250  # at once: short enough that a pause or stop is answered in between
MOST_BYTES = 128 * 2**20  # that the outputs of all layers together may take


@dataclass(frozen=True, slots=True)
class Evaluating:
    """A piece of an evaluation, of so many *images*, is done: a moment at which a run can pause or stop."""

    images: int


def evaluate(
    model: Model,
    split: Split,
    threads: int = 1,
    loss: str = CROSS_ENTROPY,
    told: Callable[[int], None] = lambda images: None,
) -> tuple[float, float]:
    """Return (mean loss, share of right answers) of *model* on *split*; NaN where it is empty.

    Args:
        model: runs in evaluation mode.
        split: images of the model's input shape.
        threads: parts of the images at a time; more than one costs a fifth of a second to begin with.
        loss: one of ``engine.losses.BY_NAME``.
        told: called with the number of images after each piece of them.
    """
    shards = Shards(model, threads, loss)
    try:
        return finished(in_pieces(split, shards, images_at_once(model)), lambda piece: told(piece.images))
    finally:
        shards.close()


def in_pieces(split: Split | None, shards: Shards, size: int) -> Generator[Evaluating, None, tuple[float, float]]:
    """Yield after every *size* images of *split*; return (mean loss, share of right answers), NaN for no images."""
    if split is None or not len(split):
        return nan, nan
    total, correct = 0.0, 0
    for start in range(0, len(split), size):
        part = slice(start, start + size)
        piece = Split(split.images[part], split.labels[part])
        loss, right = shards.evaluate(Batch(piece))
        total, correct = total + loss, correct + right
        yield Evaluating(len(piece))
    return total / len(split), correct / len(split)


def images_at_once(model: Model) -> int:
    """Return how many images *model* is shown at a time: MOST_IMAGES, or fewer where its layers put out much."""
    outputs = [info.output for info in infer_shapes(model.architecture, model.input_shape)]
    values = sum(prod(shape) for shape in (model.input_shape, *outputs) if shape is not None)
    return max(1, min(MOST_IMAGES, MOST_BYTES // (values * model.parameters.flat.itemsize)))
