"""Which pixels a network looks at for a class: by the slope of its logit, and by its maps.

A logit is the score of a class before a last Softmax or Sigmoid. Traces are of evaluation, where Dropout passes all
values on and batch norm takes its running statistics.
"""

import numpy as np

from engine.errors import BadInputError
from engine.layer import Array
from engine.trace.record import Trace
from engine.trace.replay import one_hot, sent_back, to_logits


def input_gradient(trace: Trace, chosen: int) -> Array:
    """Return d logit / d pixel (C, H, W) of class *chosen*: how steeply the logit grows with each pixel.

    Exact wherever there is a derivative; at a kink of a ReLU or a tie of a pooling window it is the engine's choice.

    Raises:
        BadInputError: *chosen* is no class.

    Source: Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", arXiv 1312.6034, section 3.
    """
    return _gradient(trace, chosen, 0)


@np.errstate(all="ignore")  # what is not finite is shown as it is
def grad_cam(trace: Trace, chosen: int, position: int) -> Array:
    """Return (OH, OW): where the maps of a layer speak for class *chosen*; Grad-CAM, never below 0.

    L = max(0, sum over f of alpha[f] A[f]), alpha[f] = mean over i,j of d logit / d A[f,i,j]

    Args:
        trace: of the sample.
        chosen: the class.
        position: of the layer whose output A (F, OH, OW) is looked at; the paper takes the last convolution, after
            its activation.

    Raises:
        BadInputError: *chosen* is no class, or the layer puts out no maps.

    Source: Selvaraju et al., "Grad-CAM", arXiv 1610.02391, equations 1 and 2.
    """
    if not 0 <= position < len(trace.layers) or trace.layers[position].output.ndim != 3:
        raise BadInputError(f"position={position} is no layer that puts out maps; choose a convolution.")
    alpha = _gradient(trace, chosen, position + 1).mean(axis=(1, 2))
    cam: Array = np.maximum(np.tensordot(alpha, trace.layers[position].output, 1), 0)
    return cam


@np.errstate(all="ignore")  # what is not finite is shown as it is
def enlarged(values: Array, size: tuple[int, int]) -> Array:
    """Return a map (OH, OW) as (H, W) = *size*, bilinear: each cell's value lies in its middle, edges stay level."""
    rows, cols = (_weights(before, after) for before, after in zip(values.shape, size, strict=True))
    large: Array = rows @ values @ cols.T
    return large


def _gradient(trace: Trace, chosen: int, start: int) -> Array:
    """Return d logit / d what layer *start* reads, in its shape."""
    layers, logits = to_logits(trace)
    gradient = one_hot(logits, chosen)
    for layer in reversed(layers[start:]):
        gradient = sent_back(layer, gradient)
    found: Array = gradient[0].copy()
    return found


def _weights(before: int, after: int) -> Array:
    """Return (after, before): how much each old cell counts for each new one along an axis."""
    place = ((np.arange(after) + 0.5) * before / after - 0.5).clip(0, before - 1)
    weights: Array = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(before)))
    return weights
