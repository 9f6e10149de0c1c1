"""How each layer of a network is doing: measured once an epoch, on a few images, so that it costs next to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from engine.layer import Array
from engine.model import Model

Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """Figures of one layer at the end of an epoch.

    Attributes:
        uid, label: of the layer, as it was then.
        mean, deviation: of all values that it puts out for the images looked at; the standard deviation.
        dead: share of its units, 0 to 1, that put out exactly 0 for every one of these images. A unit is a channel
            where the layer puts out maps, dead if it is 0 at all positions, and otherwise a single value.
        gradient_norm: Euclidean norm of the last mini-batch's gradient of its parameters, as the optimizer got it.
        update_ratio: |w - w'| / |w'| of the last step, w' its parameters before. Both are NaN for a layer without
            parameters, the ratio also where w' is 0.
    """

    uid: str
    label: str
    mean: float
    deviation: float
    dead: float
    gradient_norm: float
    update_ratio: float


def measure(model: Model, inputs: Array, norms: Figures) -> tuple[LayerHealth, ...]:
    """Return the figures of each layer.

    Args:
        model: runs in evaluation mode.
        inputs: the images to look at, (N, C, H, W).
        norms: gradient_norm and update_ratio (2, L) of its L layers, from ``step_norms``.
    """
    with np.errstate(all="ignore"):  # squares may be too large
        outputs = [_output_figures(y) for y in model.activations(inputs)[1:]]
    return tuple(
        LayerHealth(spec.uid, spec.type.label, *output, *map(float, norm))
        for spec, output, norm in zip(model.architecture.layers, outputs, norms.T, strict=True)
    )


def _output_figures(y: Array) -> tuple[float, float, float]:
    """Return (mean, standard deviation, share of dead units) of y (N, C, H, W) or (N, features)."""
    dead = ~y.any(axis=(0, 2, 3) if y.ndim == 4 else 0)
    values = y.ravel(order="K")  # as it lies in memory: no copy
    return float(values.mean()), float(values.std()), float(dead.mean())


def layer_parts(model: Model) -> tuple[slice, ...]:
    """Return where the parameters of each layer lie in ``parameters.learned`` (P,)."""
    sizes = [sum(view.size for view in views.values()) for views in model.new_gradients().layers]
    return tuple(slice(a, b) for a, b in pairwise(accumulate(sizes, initial=0)))


def step_norms(parts: Sequence[slice], gradient: Array, weights: Array, before: Array) -> Figures:
    """Return gradient_norm and update_ratio (2, L) of a step, by the layers' *parts* of its vectors (P,)."""
    norms = np.full((2, len(parts)), np.nan)
    for place, part in enumerate(parts):
        if part.start < part.stop:
            norms[0, place] = _norm(gradient[part])
        if old := _norm(before[part]):
            norms[1, place] = _norm(weights[part] - before[part]) / old
    return norms


def _norm(vector: Array) -> float:
    return float(np.linalg.norm(vector.astype(np.float64)))
