"""A sample's passes through the document's network, forward and back, with the weights of one moment."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cnn_gui.document import Document
from cnn_gui.lens.sample import Sample
from engine.data.dataset import Split, pixels
from engine.layer import Array
from engine.trace.record import Trace
from engine.trace.tracer import Tracer

BATCH = 8  # samples: a mini-batch that can be taken in
HEAVY = 50_000_000  # multiply-adds of one sample forward, from which on a trace takes longer than a frame may


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """What is to be traced, on any thread: a sample, alone or in a mini-batch with the first images of *training*.

    Attributes:
        image: (C, H, W).
        label: the class that counts as right.
        training: whose images fit the network; None without.
        weights: (P + Q,) with the statistics, read-only; None for those that the model has then.
    """

    tracer: Tracer
    image: Array
    label: int
    training: Split | None
    weights: Array | None = None

    def trace(self) -> Trace:
        """Return the trace of the sample."""
        return self.tracer.trace(self.image[None], np.array([self.label]), weights=self.weights)

    def mini_batch(self) -> tuple[Trace, ...]:
        """Return the traces of the sample and of the others; C is their mean loss."""
        images, labels = [self.image[None]], [np.array([self.label])]
        if self.training is not None:
            images.append(pixels(self.training.images[: BATCH - 1]))
            labels.append(self.training.labels[: BATCH - 1].astype(int))
        return self.tracer.traces(np.concatenate(images), np.concatenate(labels), weights=self.weights)


class Passes:
    """Each pass is made when it is first asked for, of the weights of then; once ``hold`` was called, of those of now.

    Attributes:
        sample: whose passes they are; None for nobody's.

    Thread: GUI.
    """

    def __init__(self, document: Document, sample: Sample | None) -> None:
        self.sample = sample
        self._document, self._model, self._infos = document, document.model, document.infos
        self._values: tuple[Array, ...] | None = None
        self._trace: Trace | None = None
        self._mini_batch: tuple[Trace, ...] = ()
        self._held: Pass | None = None

    @cached_property
    def are_heavy(self) -> bool:
        """Whether ``trace`` and ``mini_batch`` take too long for the GUI's thread."""
        if self._model is None:
            return False
        layers = zip(self._model.architecture.layers, self._infos, strict=True)
        return sum(spec.config.multiply_adds(info.input) for spec, info in layers if info.input) > HEAVY

    @property
    def values(self) -> tuple[Array, ...] | None:
        """The input and every layer's output, (C, H, W) or (features,); None where the sample fits no network."""
        if self._model is None or self.sample is None or self.sample.image.shape != self._model.input_shape:
            return None
        if self._values is None:
            with np.errstate(all="ignore"):  # the views say what is not finite
                self._values = tuple(value[0] for value in self._model.activations(self.sample.image[None]))
        return self._values

    @property
    def trace(self) -> Trace | None:
        """The sample's way through the network and back, in float64; None without ``values`` or ``label``."""
        if self._trace is None and (wanted := self._wanted()) is not None:
            self._trace = wanted.trace()
        return self._trace

    @property
    def mini_batch(self) -> tuple[Trace, ...]:
        """The traces of a mini-batch: of the sample, and of the first training images; empty where ``trace`` is None.

        C is their mean loss.
        """
        if not self._mini_batch and (wanted := self._wanted()) is not None:
            self._mini_batch = wanted.mini_batch()
        return self._mini_batch

    @property
    def label(self) -> int | None:
        """The class that counts as right: the sample's own, or the likeliest; None where neither is known."""
        if self.sample is not None and self.sample.label is not None:
            return self.sample.label
        return self.prediction[0] if self.prediction else None

    @property
    def prediction(self) -> tuple[int, float] | None:
        """The likeliest class and its probability; None without a network or if the answer is not a number."""
        if self.values is None or not np.isfinite(self.values[-1]).all():
            return None
        best = int(np.argmax(self.values[-1]))
        return best, float(self.values[-1][best])

    @property
    def learned(self) -> Array:
        """(P,), the weights of the whole network without its statistics; empty without a network."""
        return self._weights[: self._model.parameters.learned.size] if self._model is not None else np.zeros(0)

    def hold(self) -> Pass | None:
        """Keep the values and the weights of now; return what is to be traced, None where ``trace`` is None."""
        if self._held is None and (wanted := self._wanted()) is not None and self._values is not None:
            self._values = tuple(map(np.copy, self._values))
            self._held = replace(wanted, weights=_frozen(self._weights))
        return self._held

    def take(self, trace: Trace, mini_batch: tuple[Trace, ...]) -> None:
        """Have what was made elsewhere of what ``hold`` returned; *mini_batch* may be empty."""
        self._trace, self._mini_batch = trace, mini_batch or self._mini_batch

    def are_there(self, batched: bool) -> bool:
        """Return whether ``trace`` and, if *batched*, ``mini_batch`` take no time."""
        return not self.are_heavy or (self._trace is not None and (not batched or bool(self._mini_batch)))

    def are_held_for(self, sample: Sample | None) -> bool:
        """Return whether what is held is that of *sample* in the document's network as it is now."""
        if self._held is None or self._model is None or self.sample is None or sample is None:
            return False
        same = self._document.model is self._model and self._document.tracer is self._held.tracer
        return same and sample.looks_like(self.sample) and _alike(self._weights, self._model.parameters.flat)

    def are_like(self, other: "Passes") -> bool:
        """Return whether *other* has the same network and sample, with whatever weights."""
        if self.sample is None or other.sample is None or self._model is not other._model:
            return False
        return self.sample.looks_like(other.sample)

    @property
    def _weights(self) -> Array:
        """(P + Q,), those that are held, or those of now."""
        assert self._model is not None
        held = self._held.weights if self._held is not None else None
        return self._model.parameters.flat if held is None else held

    def _wanted(self) -> Pass | None:
        if self._held is not None:
            return self._held
        tracer, label, dataset = self._document.tracer, self.label, self._document.data.dataset
        if self.values is None or self.sample is None or label is None or tracer is None:
            return None
        training = dataset.train if dataset is not None and dataset.image_shape == self.sample.image.shape else None
        return Pass(tracer, self.sample.image, label, training)


def _frozen(array: Array) -> Array:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _alike(one: Array, other: Array) -> bool:
    """Return whether two arrays of one dtype have the same bits: a NaN is like itself."""
    bits = f"u{one.itemsize}"
    return np.array_equal(one.view(bits), other.view(bits))
