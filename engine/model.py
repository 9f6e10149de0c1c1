"""A network that computes: built from an architecture, forward, backward, parameters."""

import numpy as np
import numpy.typing as npt

from engine import losses
from engine.architecture import Architecture
from engine.errors import BadInputError
from engine.faults import Faults, spoilt
from engine.layer import Array, Layer, Part, Shape, Workspace
from engine.layers.plain import check_backend
from engine.losses import LossResult
from engine.ops import checks
from engine.parameters import ParameterVector
from engine.shapes import CROSS_ENTROPY, first_problem, infer_shapes
from engine.shortcuts import Steps, quicker
from engine.summary import Summary, summarise


class Model:
    """The layers of an architecture with their parameters. ``Model.build`` makes one.

    Attributes:
        architecture: what it was built from.
        input_shape: (C, H, W) of one sample.
        output_shape: of one sample, (K,) for a classifier.
        backend: what convolution and pooling are computed with.
        layers: one per layer of the architecture.
        faults: of the layers whose gradients are wrong on purpose, by uid; none, usually.
        parameters: their weights, biases and statistics, as one vector and as views.
        gradients: after ``backward``, the gradient of each weight and bias: ``gradients.layers[0]["weight"]``.
    """

    def __init__(
        self,
        architecture: Architecture,
        input_shape: Shape,
        dtype: npt.DTypeLike,
        backend: str = "fast",
        memory: memoryview | None = None,
        faults: Faults | None = None,
    ) -> None:
        check_backend(backend)
        _check(architecture, input_shape, dtype)
        infos = infer_shapes(architecture, input_shape)
        if problem := first_problem(infos):
            label = architecture.layers[problem[0]].type.label
            raise BadInputError(f"Layer {problem[0] + 1} ({label}) cannot work. {problem[1]}")
        shapes = (input_shape, *(info.output for info in infos if info.output is not None))
        configs = [spec.config for spec in architecture.layers]
        self.architecture, self.input_shape, self.output_shape = architecture, input_shape, shapes[-1]
        self.backend = backend
        self.layers: tuple[Layer, ...] = tuple(c.build(s, backend) for c, s in zip(configs, shapes, strict=False))
        self.faults: Faults = dict(faults or {})
        if self.faults:
            steps = zip(self.layers, architecture.layers, shapes, strict=False)
            self.layers = tuple(spoilt(each, spec.config, s, self.faults.get(spec.uid, ())) for each, spec, s in steps)
        self._parameter_shapes = [c.parameter_shapes(s) for c, s in zip(configs, shapes, strict=False)]
        self.parameters = ParameterVector(
            self._parameter_shapes,
            dtype,
            [c.statistic_shapes(s) for c, s in zip(configs, shapes, strict=False)],
            memory,
        )
        for layer, views in zip(self.layers, self.parameters.layers, strict=True):
            layer.parameters = views
        self._pass = Pass(self)
        self.gradients = self._pass.gradients
        self._last_output: Shape | None = None

    @classmethod
    def build(
        cls,
        architecture: Architecture,
        input_shape: Shape,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
        backend: str = "fast",
    ) -> "Model":
        """Return a model with fresh parameters, each layer's drawn from *rng* in turn.

        Args:
            architecture: the chain of layers.
            input_shape: (C, H, W) of one sample.
            rng: draws the initial weights.
            dtype: float32 to train, float64 to check.
            backend: what convolution and pooling are computed with; see ``engine.layers.plain``.

        Raises:
            BadInputError: the first layer that cannot work, with what is wrong and what to do; an unknown backend, or
                an argument of another kind.
        """
        if not isinstance(rng, np.random.Generator):
            kind = type(rng).__name__
            raise BadInputError(f"rng is of type {kind}; give a Generator, e.g. numpy.random.default_rng(0).")
        model = cls(architecture, input_shape, dtype, backend)
        for spec, views in zip(architecture.layers, model.parameters.layers, strict=True):
            spec.config.initialise(views, rng)
        return model

    def new_gradients(self, memory: memoryview | None = None) -> ParameterVector:
        """Return zeros, or what is in *memory*, in the form of this model's parameters."""
        return ParameterVector(self._parameter_shapes, self.parameters.flat.dtype, memory=memory)

    def forward(self, x: Array, training: bool = False, key: tuple[int, int] = (0, 0)) -> Array:
        """Return the output (N, ...) for x (N, C, H, W); a copy that the caller may keep.

        Nothing is switched: each call says for itself whether it is one of training.

        Args:
            x: the images, as a mini-batch of their own.
            training: Dropout leaves values out, and batch norm takes the mean and variance of *x* itself, which its
                running ones, among ``parameters``, then follow. Otherwise Dropout passes all values on, and batch
                norm takes the running ones and leaves them as they are.
            key: (seed, step), whole numbers of at least 0. They decide what Dropout leaves out: the same key, the
                same values; so give each step another one.
        """
        return self.activations(x, training, key)[-1].copy()

    def activations(self, x: Array, training: bool = False, key: tuple[int, int] = (0, 0)) -> tuple[Array, ...]:
        """Return the input and every layer's output, (N, C, H, W) or (N, features); arguments as in ``forward``.

        They are read-only views of this model's buffers, valid until its next forward pass.
        """
        (x,) = checks.floats(x=x)
        values = self._pass.activations(x, Part(training, batch=len(x), key=key))
        fields = tuple(map(in_field_order, values))
        self._last_output = fields[-1].shape
        return fields

    def backward(self, grad_output: Array) -> Array:
        """Return dLoss/dInput (N, C, H, W), a copy, and write every parameter's gradient to ``gradients``.

        They belong to the last ``forward``, evaluating or training, whose parameters must still be the same; they
        replace those of the time before.

        Args:
            grad_output: dLoss/dOutput, in the shape (N, ...) of what ``forward`` returned.

        Raises:
            BadInputError: there was no forward pass, or its output has another shape.
        """
        if self._last_output is None:
            raise BadInputError("There is no forward pass to go back through; call forward(x) first.")
        (grad,) = checks.floats(grad_output=grad_output)
        if grad.shape != self._last_output:
            raise BadInputError(
                f"grad_output has shape {grad.shape}, but the last output has {self._last_output}; give a number for"
                " each of its values."
            )
        return self._pass.backward(grad.astype(self.parameters.flat.dtype)).copy()

    def summary(self) -> Summary:
        """Return what each layer costs: shapes, parameters with their arithmetic, multiply-adds, memory; print it."""
        return summarise(self.architecture, self.input_shape, self.parameters.flat.itemsize)


class Pass:
    """One run of a shard through a model, with its own buffers and gradients: one for each that runs at a time.

    Args:
        model: what it runs through.
        loss: one of ``engine.losses.BY_NAME``; where it is fused with the last layer, that layer is left out.
        memory: where the gradients lie, if they are not to be allocated.

    Raises:
        BadInputError: an unknown loss.
    """

    def __init__(self, model: Model, loss: str = CROSS_ENTROPY, memory: memoryview | None = None) -> None:
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


def _check(architecture: Architecture, input_shape: Shape, dtype: npt.DTypeLike) -> None:
    """Raise BadInputError where an argument is of another kind than ``Model.build`` takes."""
    if not isinstance(architecture, Architecture):
        kind = type(architecture).__name__
        raise BadInputError(f"architecture is of type {kind}; give an Architecture, e.g. that of a preset.")
    if not isinstance(input_shape, tuple) or not all(type(n) is int and n > 0 for n in input_shape):
        raise BadInputError(f"input_shape={input_shape!r} is no shape; give whole numbers above 0, (C, H, W).")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise BadInputError(f"dtype={np.dtype(dtype)} cannot be trained; use float32 or float64.")


def in_rows(x: Array) -> Array:
    """Return (N, C, H, W) as a view (H, C, W, N), and (N, features) as (features, N)."""
    return x.transpose(2, 1, 3, 0) if x.ndim == 4 else x.T


def in_field_order(x: Array) -> Array:
    """Return (H, C, W, N) as a read-only view (N, C, H, W), and (features, N) as (N, features)."""
    view = x.transpose(3, 1, 0, 2) if x.ndim == 4 else x.T
    view = view.view()
    view.flags.writeable = False
    return view
