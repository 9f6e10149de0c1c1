"""One run of a part of a mini-batch through a model, forward and back, with buffers and gradients of its own."""

from typing import TYPE_CHECKING

from engine import losses
from engine.errors import BadInputError
from engine.layer import Array, Part, Workspace
from engine.losses import LossResult
from engine.shapes import CROSS_ENTROPY
from engine.shortcuts import Steps, quicker

if TYPE_CHECKING:
    from engine.model import Model


class Pass:
    """One run of a shard through a model, with its own buffers and gradients: one for each that runs at a time.

    Args:
        model: what it runs through.
        loss: one of ``engine.losses.BY_NAME``; where it is fused with the last layer, that layer is left out.
        memory: where the gradients lie, if they are not to be allocated.

    Raises:
        BadInputError: an unknown loss.
    """

    def __init__(self, model: "Model", loss: str = CROSS_ENTROPY, memory: memoryview | None = None) -> None:
        self._model = model
        self.gradients = model.new_gradients(memory)
        dtype = model.parameters.flat.dtype
        self._work = [Workspace(dtype, grads, position) for position, grads in enumerate(self.gradients.layers)]
        self._edge = Workspace(dtype)
        self._loss = losses.named(loss)
        specs = model.architecture.layers
        scored = model.layers[:-1] if specs and specs[-1].config.fused_loss == loss else model.layers
        self._scored_layers = len(scored)
        self._layers = [*zip(model.layers, self._work, strict=True)]
        self._scored = quicker([*zip(scored, self._work, strict=False)])

    def activations(self, x: Array, part: Part | None = None) -> list[Array]:
        """Return the input and every layer's output in the fast path's layout, for x (N, C, H, W)."""
        return self._through(self._layers, x, part or Part(batch=len(x)))

    def scores(self, x: Array, part: Part | None = None) -> Array:
        """Return what the loss reads, (K, N), for x (N, C, H, W)."""
        return self._through(self._scored, x, part or Part(batch=len(x)))[-1]

    def loss(self, x: Array, labels: Array, part: Part | None = None) -> LossResult:
        """Return the loss of x (N, C, H, W) and labels (N,), a part of a mini-batch; see ``engine.losses``."""
        part = part or Part(batch=len(x))
        return self._loss(self.scores(x, part), labels, part.batch, self._edge)

    def loss_and_gradients(self, x: Array, labels: Array, part: Part | None = None) -> LossResult:
        """Like ``loss``, and write every parameter's gradient to ``gradients``."""
        result = self.loss(x, labels, part)
        self._backward(self._scored, result.grad_scores)
        return result

    def backward(self, grad_output: Array) -> Array:
        """Return dLoss/dInput (N, C, H, W) for dLoss/dOutput of the last ``activations``; every gradient too.

        Args:
            grad_output: (N, ...), in the field's order.
        """
        return in_field_order(self._backward(self._layers, in_rows(grad_output), input_needed=True))

    def backward_from_scores(self, grad_scores: Array) -> Array:
        """Like ``backward``, for dLoss/dScores (K, N) of the last ``scores`` or ``loss``; once for each of them."""
        return in_field_order(self._backward(self._scored, grad_scores, input_needed=True))

    def values_and_gradients(self, x: Array, labels: Array, part: Part) -> tuple[list[Array], list[Array]]:
        """Run x (N, C, H, W) through the layers as they stand and back, and keep what flows between them.

        Returns:
            the input and every layer's output; dLoss/d each of them, up to what the loss reads, so that a last layer
            that is fused with the loss has none. All in the fast path's layout, valid until the next.
        """
        values = self._through(self._layers, x, part)
        result = self._loss(values[self._scored_layers], labels, part.batch, self._edge)
        gradients = [result.grad_scores]
        for layer, work in reversed(self._layers[: self._scored_layers]):
            gradients.append(layer.backward(gradients[-1], work))
        return values, gradients[::-1]

    def _through(self, layers: Steps, x: Array, part: Part) -> list[Array]:
        if x.shape[1:] != self._model.input_shape or not len(x):
            reads = ", ".join(map(str, self._model.input_shape))
            raise BadInputError(f"x has shape {x.shape}; this network reads (N, {reads}), N >= 1.")
        rows = self._edge.buffer("x", in_rows(x).shape)
        rows[...] = in_rows(x)
        values = [rows]
        for layer, work in layers:
            work.part = part
            values.append(layer.forward(values[-1], work))
        return values

    def _backward(self, layers: Steps, grad: Array, input_needed: bool = False) -> Array:
        for position in reversed(range(len(layers))):
            layer, work = layers[position]
            grad = layer.backward(grad, work, input_needed or position > 0)
        return grad


def in_rows(x: Array) -> Array:
    """Return (N, C, H, W) as a view (H, C, W, N), and (N, features) as (features, N)."""
    return x.transpose(2, 1, 3, 0) if x.ndim == 4 else x.T


def in_field_order(x: Array) -> Array:
    """Return (H, C, W, N) as a read-only view (N, C, H, W), and (features, N) as (N, features)."""
    view = x.transpose(3, 1, 0, 2) if x.ndim == 4 else x.T
    view = view.view()
    view.flags.writeable = False
    return view
