"""Runs a sample through a network and back in float64, and keeps all of it."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

import numpy as np

from engine import losses
from engine.errors import BadInputError
from engine.faults import Faults
from engine.layer import Array, Part, Workspace
from engine.layers.plain import FAST
from engine.model import Model
from engine.ops import checks
from engine.parameters import ParameterVector
from engine.passes import Pass, in_field_order
from engine.shapes import CROSS_ENTROPY, infer_shapes
from engine.trace.record import LayerTrace, Trace
from engine.trace.replay import backend
from engine.trace.scoring import Scoring

_Own = tuple[Mapping[str, Array], Mapping[str, Array]]  # a layer's parameters and their gradients, by name


class Tracer:
    """Traces samples through one network, whose present weights it reads anew each time and never changes.

    Args:
        model: the network, in any dtype.
        loss: one of ``engine.losses.BY_NAME``.
        faults: of its layers on the way back; None: those that *model* has.

    Raises:
        BadInputError: an unknown loss.

    Thread: any; one waits for the other.
    """

    def __init__(self, model: Model, loss: str = CROSS_ENTROPY, faults: Faults | None = None) -> None:
        self._model, self._loss = model, loss
        how = _backend(model)
        self._double = Model(model.architecture, model.input_shape, np.float64, how, faults=faults or model.faults)
        self._pass, self._turn = Pass(self._double, loss), Lock()

    def trace(
        self,
        images: Array,
        labels: Array,
        chosen: int = 0,
        training: bool = False,
        key: tuple[int, int] = (0, 0),
        weights: Array | None = None,
    ) -> Trace:
        """Return the trace of one sample of a mini-batch; C is the mini-batch's mean loss.

        Args:
            images: (N, C, H, W).
            labels: (N,), the class of each that counts as right.
            chosen: the sample's place in the mini-batch.
            training: Dropout drops, with the random numbers of *key* (seed, step), and batch norm measures the
                mini-batch; otherwise both work as in evaluation.
            weights: (P + Q,), learned ones and statistics, in the place of the model's.

        Raises:
            BadInputError: images or labels that do not fit the network.
        """
        labels = np.asarray(labels)
        if not 0 <= chosen < len(images):
            raise BadInputError(f"chosen={chosen} is none of the {len(images)} samples, which count from 0.")
        part = Part(training, batch=len(images), key=key)
        return self._traced(images, labels, [chosen], part, weights)[0]

    def traces(self, images: Array, labels: Array, weights: Array | None = None) -> tuple[Trace, ...]:
        """Return the trace of each sample of a mini-batch, as evaluation computes; C is the mini-batch's mean loss.

        So the dC/dO of each sample has 1/N of its own loss, and all of their dC/dW add up to ``gradients``.

        Args:
            images: (N, C, H, W).
            labels: (N,), the class of each that counts as right.
            weights: (P + Q,), learned ones and statistics, in the place of the model's.

        Raises:
            BadInputError: images or labels that do not fit the network.
        """
        return self._traced(images, np.asarray(labels), range(len(images)), Part(batch=len(images)), weights)

    def layer_traces(
        self,
        images: Array,
        labels: Array,
        index: int,
        key: tuple[int, int] | None = None,
        weights: Array | None = None,
    ) -> tuple[tuple[LayerTrace, Scoring], ...]:
        """Return the trace of one layer for each sample of a mini-batch, and its way from the scores to the loss.

        C is the mini-batch's mean loss; the dC/dW of all samples add up to ``gradients``.

        Args:
            images: (N, C, H, W).
            labels: (N,), the class of each that counts as right.
            index: the layer's number.
            key: (seed, step) of the step of training that it is: Dropout drops, batch norm measures the mini-batch;
                None: as evaluation computes.
            weights: (P + Q,), learned ones and statistics, in the place of the model's.

        Raises:
            BadInputError: images or labels that do not fit the network.
        """
        labels = np.asarray(labels)
        part = Part(key is not None, batch=len(images), key=key or (0, 0))
        traced = self._traced(images, labels, range(len(images)), part, weights, range(index, index + 1))
        return tuple((trace.layers[0], trace.scoring) for trace in traced)

    def _traced(
        self,
        images: Array,
        labels: Array,
        chosen: Iterable[int],
        part: Part,
        weights: Array | None,
        kept: range | None = None,
    ) -> tuple[Trace, ...]:
        (x,) = checks.floats(images=images)
        self._check(x, labels)
        with self._turn, np.errstate(all="ignore"):  # what is not finite is shown as it is
            self._double.parameters.flat[...] = self._model.parameters.flat if weights is None else weights
            values, gradients = self._pass.values_and_gradients(x.astype(float), labels, part)
            arrays = list(zip(_all_kept(self._double.parameters), _all_kept(self._pass.gradients), strict=True))
            kept = range(len(self._double.layers)) if kept is None else kept
            return tuple(self._trace(values, gradients, labels, each, arrays, kept) for each in chosen)

    def _trace(
        self,
        values: Sequence[Array],
        gradients: Sequence[Array],
        labels: Array,
        chosen: int,
        arrays: Sequence[_Own],
        kept: range,
    ) -> Trace:
        """Return what the arrays of a pass, rows outermost, have of one sample, with the layers that are *kept* alone.

        *arrays* are each layer's own.
        """
        values, gradients = ([_kept(in_field_order(a)[chosen]) for a in arrays] for arrays in (values, gradients))
        scores, label = values[len(gradients) - 1], int(labels[chosen])
        alone = losses.BY_NAME[self._loss](scores[:, None], np.array([label]), 1, Workspace(float))
        scoring = Scoring(self._loss, label, scores, values[-1], alone.total, gradients[-1], len(labels))
        if len(gradients) < len(values):
            gradients.append(_kept(scoring.grad_outputs))
        flows = zip(values[:-1], values[1:], gradients[:-1], gradients[1:], strict=True)
        layers = list(zip(self._model.architecture.layers, arrays, flows, strict=True))
        faults = self._double.faults
        traces = (
            LayerTrace(spec, own, *flow, grads, frozenset(faults.get(spec.uid, ())))
            for spec, (own, grads), flow in layers[kept.start : kept.stop]
        )
        return Trace(tuple(traces), scoring)

    def _check(self, images: Array, labels: Array) -> None:
        classes = self._model.output_shape
        if len(classes) != 1:
            raise BadInputError("The network puts out maps, which no loss reads; end it with a Dense layer.")
        if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
            raise BadInputError(
                f"labels has shape {labels.shape}; give one whole number for each of {len(images)} images."
            )
        if len(labels) and not 0 <= labels.min() <= labels.max() < classes[0]:
            raise BadInputError(
                f"labels go from {labels.min()} to {labels.max()}; the classes are 0 to {classes[0] - 1}."
            )


def _backend(model: Model) -> str:
    """Return what suits the layer with the most multiply-adds, which takes the longest."""
    shapes = infer_shapes(model.architecture, model.input_shape)
    steps = [
        (spec.config, info.input) for spec, info in zip(model.architecture.layers, shapes, strict=True) if info.input
    ]
    if not steps:
        return FAST
    return backend(*max(steps, key=lambda step: step[0].multiply_adds(step[1])))


def _all_kept(vector: ParameterVector) -> list[Mapping[str, Array]]:
    return [{name: _kept(view) for name, view in views.items()} for views in vector.layers]


def _kept(array: Array) -> Array:
    """Return a copy that nobody writes to."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy
