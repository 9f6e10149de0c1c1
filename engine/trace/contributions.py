"""Where a logit comes from: what each pixel and each bias adds to it, so that all of it adds up.

For one sample every layer is an affine map of what it reads once its gates are held: y = A x + c. So the logit is
A(L) .. A(1) x + the sum over layers l of A(L) .. A(l+1) c(l): the first term falls apart into pixels, the others are
what the layers add by themselves. Going back through A is what the gradient does; c is what a layer gives for zeros.

Exact: that all contributions add up to the logit, up to rounding; and all of A and c for convolution, Dense, mean and
global average pooling, Flatten, Dropout and batch norm, which are affine as they evaluate.

Convention, since another choice would add up too:
- Zero counts as nothing: a pixel or value of 0 contributes 0, and what a layer gives for zeros is its bias.
- ReLU and leaky ReLU: the slope on the sample's side; at exactly 0 that of the engine's derivative.
- Curved activations: the line through (0, y(0)) and (x, y), A = (y - y(0)) / x; c = y(0), 1/2 for a Sigmoid.
- Max and min pooling: all goes to the winner, the first of equals.
- A Softmax that is not the last layer: its tangent; what that leaves counts as bias.

With ReLU and max pooling the pixels' part is gradient times input. Source: Srinivas and Fleuret, "Full-gradient
representation for neural network visualization", arXiv 1905.00780, for pixels and biases of ReLU networks; Bach et
al., "On pixel-wise explanations for non-linear classifier decisions", PLOS ONE 10 (7), 2015, for the line through 0.
"""

from dataclasses import dataclass

import numpy as np

from engine.layer import Array
from engine.layers.activation import ActivationConfig
from engine.layers.softmax import SoftmaxConfig
from engine.trace.record import LayerTrace, Trace
from engine.trace.replay import LINEAR, Step, one_hot, sent_back, to_logits


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """What a logit is the sum of.

    Attributes:
        logit: the class's score before a last Softmax or Sigmoid.
        pixels: (C, H, W), what each pixel adds.
        biases: one for each layer that leads to the logits: what the layer adds by itself.
    """

    logit: float
    pixels: Array
    biases: tuple[float, ...]

    @property
    def positive(self) -> float:
        """The sum of the pixels that speak for the class."""
        return float(self.pixels.sum(where=self.pixels > 0))

    @property
    def negative(self) -> float:
        """The sum of the pixels that speak against it; below 0."""
        return float(self.pixels.sum(where=self.pixels < 0))

    @property
    def bias(self) -> float:
        """What all layers add by themselves."""
        return sum(self.biases)


def contributions(trace: Trace, chosen: int) -> Contributions:
    """Return what the logit of class *chosen* is the sum of; *trace* is one of evaluation.

    Raises:
        BadInputError: *chosen* is no class.
    """
    layers, logits = to_logits(trace)
    sensitivity = one_hot(logits, chosen)
    biases = []
    with np.errstate(all="ignore"):  # a network whose numbers ran away has no sums
        for layer in reversed(layers):
            constant, back = _sent_back(layer, sensitivity)
            biases.append(float(np.vdot(sensitivity, constant)))
            sensitivity = back
        pixels = sensitivity[0] * trace.layers[0].input
    return Contributions(float(logits[chosen]), pixels, tuple(reversed(biases)))


def _sent_back(layer: LayerTrace, sensitivity: Array) -> tuple[Array, Array]:
    """Return c (1, ...) of a layer, and for d logit / dy = *sensitivity* (1, ...) what A makes of it: d logit / dx."""
    curved = isinstance(layer.spec.config, ActivationConfig | SoftmaxConfig)
    if isinstance(layer.spec.config, LINEAR) or not (layer.parameters or curved):
        bias = layer.parameters.get("bias", np.zeros(len(layer.output)))
        constant = np.broadcast_to(bias.reshape(1, -1, *(1,) * (layer.output.ndim - 1)), sensitivity.shape)
        return constant, sent_back(layer, sensitivity)
    step, x = Step(layer), layer.input[None]
    if isinstance(layer.spec.config, ActivationConfig):
        zero = np.zeros((1,) * x.ndim)
        constant, slope = np.broadcast_to(step.forward(zero).copy(), x.shape), np.full_like(x, step.backward(zero + 1))
        np.divide(layer.output[None] - constant, x, out=slope, where=x != 0)
        return constant, sensitivity * slope
    constant = step.forward(np.zeros_like(x)).copy()
    if isinstance(layer.spec.config, SoftmaxConfig):
        step.forward(x)
        constant = layer.output[None] - step.backward(x)  # its Jacobian is symmetric
    return constant, step.backward(sensitivity).copy()  # of what is affine it is the same wherever that is
