"""A network that computes: built from an architecture, forward, backward, parameters."""

import numpy as np
import numpy.typing as npt

from engine.architecture import Architecture
from engine.errors import BadInputError
from engine.faults import Faults, spoilt
from engine.layer import Array, Layer, Part, Shape
from engine.layers.plain import check_backend
from engine.ops import checks
from engine.parameters import ParameterVector
from engine.passes import Pass, in_field_order
from engine.shapes import first_problem, infer_shapes
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
        inputs, self.output_shape = _shapes(architecture, input_shape)
        self.architecture, self.input_shape, self.backend = architecture, input_shape, backend
        self.faults: Faults = dict(faults or {})
        self.layers = _layers(architecture, inputs, backend, self.faults)
        steps = [(spec.config, shape) for spec, shape in zip(architecture.layers, inputs, strict=True)]
        self._parameter_shapes = [config.parameter_shapes(shape) for config, shape in steps]
        statistics = [config.statistic_shapes(shape) for config, shape in steps]
        self.parameters = ParameterVector(self._parameter_shapes, dtype, statistics, memory)
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


def _shapes(architecture: Architecture, input_shape: Shape) -> tuple[tuple[Shape, ...], Shape]:
    """Return the shape of each layer's input, and that of the output; BadInputError where a layer cannot work."""
    infos = infer_shapes(architecture, input_shape)
    if problem := first_problem(infos):
        label = architecture.layers[problem[0]].type.label
        raise BadInputError(f"Layer {problem[0] + 1} ({label}) cannot work. {problem[1]}")
    shapes = (input_shape, *(info.output for info in infos if info.output is not None))
    return shapes[:-1], shapes[-1]


def _layers(architecture: Architecture, inputs: tuple[Shape, ...], backend: str, faults: Faults) -> tuple[Layer, ...]:
    """Return a layer for each of *architecture*; those that *faults* names are wrong on purpose."""
    return tuple(
        spoilt(spec.config.build(shape, backend), spec.config, shape, faults.get(spec.uid, ()))
        for spec, shape in zip(architecture.layers, inputs, strict=True)
    )


def _check(architecture: Architecture, input_shape: Shape, dtype: npt.DTypeLike) -> None:
    """Raise BadInputError where an argument is of another kind than ``Model.build`` takes."""
    if not isinstance(architecture, Architecture):
        kind = type(architecture).__name__
        raise BadInputError(f"architecture is of type {kind}; give an Architecture, e.g. that of a preset.")
    if not isinstance(input_shape, tuple) or not all(type(n) is int and n > 0 for n in input_shape):
        raise BadInputError(f"input_shape={input_shape!r} is not a shape; give whole numbers above 0, (C, H, W).")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise BadInputError(f"dtype={np.dtype(dtype)} cannot be trained; use float32 or float64.")
