"""From scores to probabilities."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer


@layer("softmax", label="Softmax", category="Output")
@dataclass(frozen=True, slots=True)
class SoftmaxConfig(LayerConfig):
    """Turns scores into probabilities that add up to 1: p[k] = exp(x[k]) / sum over j of exp(x[j])."""

    gives_probabilities: ClassVar[bool] = True
    fused_loss: ClassVar[str] = "cross-entropy"

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(
                f"Softmax needs one logit for each class, but receives maps of {' × '.join(map(str, shape))}.",
                "Insert Flatten and a Dense layer before it.",
            )
        return shape

    def build(self, shape: Shape, backend: str = "fast") -> "Softmax":
        return Softmax()


class Softmax(Layer):
    """Softmax over the features of (features, N). Each column's own maximum is subtracted first."""

    def forward(self, x: Array, work: Workspace) -> Array:
        p = work.saved["p"] = probabilities(x, work.buffer("p", x.shape))
        return p

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        p = work.saved["p"]
        dx = np.multiply(p, grad_output, out=work.buffer("dx", p.shape))
        dx -= p * dx.sum(axis=0)
        return dx


def probabilities(scores: Array, out: Array) -> Array:
    """Write the softmax of scores (K, N) over K to *out* and return it; never overflows."""
    np.subtract(scores, scores.max(axis=0), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=0)
    return out
