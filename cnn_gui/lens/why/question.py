"""What is asked of a prediction, and how it is answered."""

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cnn_gui.lens.frame import layer_title
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell
from engine.architecture import Architecture
from engine.layer import Array
from engine.layers.activation import ActivationConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.attribution import enlarged, grad_cam, input_gradient
from engine.trace.contributions import Contributions, contributions
from engine.trace.occlusion import Occlusion, Patch, occlusion
from engine.trace.record import Trace
from engine.trace.replay import to_logits

_NOTHING = 1e-9  # of the largest value is rounding


class Kind(IntEnum):
    """A way to say which pixels matter."""

    CONTRIBUTIONS = 0
    GRADIENT = 1
    GRAD_CAM = 2
    OCCLUSION = 3

    @property
    def colormap(self) -> ColorMap:
        """What the colours of its map mean."""
        return ColorMap.GRADIENTS if self is Kind.GRADIENT else ColorMap.ACTIVATIONS


class Answer(NamedTuple):
    """The map (H, W) that answers a question, summed over the image's channels; and what covering did, if it did."""

    question: "Question"
    values: Array
    covered: Occlusion | None = None

    @property
    def found(self) -> Array:
        """The values as they were found: of each pixel, or of each place of the patch."""
        return self.values if self.covered is None else self.covered.logit

    @property
    def extremes(self) -> tuple[Cell | None, Cell | None]:
        """Where in ``found`` the class has most for it, and where most against it; None where nothing is."""
        largest = np.finfo(float).max
        signed = np.nan_to_num(self.found, posinf=largest, neginf=-largest)
        least = _NOTHING * float(np.abs(signed).max())
        most, fewest = (
            tuple(int(n) for n in np.unravel_index(at, signed.shape)) for at in (signed.argmax(), signed.argmin())
        )
        return most if signed[most] > least else None, fewest if signed[fewest] < -least else None


@dataclass(frozen=True, eq=False)
class Question:
    """Why class *chosen*, asked by *kind*: Grad-CAM of the layer at *position*, occlusion by *patch*.

    Attributes:
        heavy: whether the network is so large that the GUI's thread is not to answer.
    """

    trace: Trace
    chosen: int
    kind: Kind
    position: int
    patch: Patch
    heavy: bool = False

    @cached_property
    def contributions(self) -> Contributions:
        """What the logit is the sum of."""
        return contributions(self.trace, self.chosen)

    @property
    def image(self) -> Array:
        """(C, H, W)."""
        return self.trace.layers[0].input

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the image."""
        return self.image.shape[1], self.image.shape[2]

    def is_like(self, other: "Question") -> bool:
        """Return whether *other* asks the same of the same image and layers, with whatever weights."""
        choices = [(q.chosen, q.kind, q.position, q.patch, [layer.spec for layer in q.trace.layers])
                   for q in (self, other)]  # fmt: skip
        return choices[0] == choices[1] and np.array_equal(self.image, other.image, equal_nan=True)

    def is_about(self, other: "Question") -> bool:
        """Return whether the answer to *other* is this one's too: it is alike, and the weights give the same scores."""
        scores = self.trace.scoring.scores, other.trace.scoring.scores
        return self.is_like(other) and np.array_equal(*scores, equal_nan=True)

    @property
    def logit(self) -> float:
        """The score of the class before a last Softmax or Sigmoid."""
        return float(to_logits(self.trace)[1][self.chosen])

    @property
    def takes_long(self) -> bool:
        """Whether it is to be answered beside the GUI."""
        return self.heavy or self.kind is Kind.OCCLUSION

    def work(self) -> Generator[float, None, Answer]:
        """Work out the answer in pieces: yield the share that is done."""
        if self.kind is not Kind.OCCLUSION:
            return self.answer()
        found = yield from occlusion(self.trace, self.chosen, self.patch)
        return Answer(self, found.spread(found.logit), found)

    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def answer(self) -> Answer:
        """Return the answer that comes of one pass: of any kind but OCCLUSION."""
        if self.kind is Kind.CONTRIBUTIONS:
            return Answer(self, self.contributions.pixels.sum(axis=0))
        if self.kind is Kind.GRADIENT:
            return Answer(self, input_gradient(self.trace, self.chosen).sum(axis=0))
        return Answer(self, enlarged(grad_cam(self.trace, self.chosen, self.position), self.size))


def layers_with_maps(architecture: Architecture, trace: Trace) -> list[tuple[str, int]]:
    """Return title and position of every layer that puts out maps."""
    specs = architecture.layers
    return [(layer_title(architecture, specs[n]), n) for n, layer in enumerate(trace.layers) if layer.output.ndim == 3]


def usual_layer(trace: Trace) -> int:
    """Return the position that Grad-CAM is made for: the last convolution, after its activation; -1 without maps."""
    maps = [n for n, layer in enumerate(trace.layers) if layer.output.ndim == 3]
    last = max(
        (n for n in maps if isinstance(trace.layers[n].spec.config, Conv2DConfig)), default=max(maps, default=-1)
    )
    after = last + 1
    active = after in maps and isinstance(trace.layers[after].spec.config, ActivationConfig)
    return after if active else last
