"""A sample's passes through the document's network, forward and back, with the weights of one moment."""

from collections.abc import Generator
from functools import cached_property

import numpy as np

from cnn_gui.document import Document
from cnn_gui.lens.sample import Sample
from engine.data.dataset import pixels
from engine.layer import Array
from engine.trace.record import Trace
from engine.trace.tracer import Tracer

BATCH = 8  # samples: a mini-batch that can be taken in
HEAVY = 50_000_000  # multiply-adds of one sample forward, from which on a trace takes longer than a frame may


class Passes:
    """Each pass is made when it is first asked for, of the weights of then; once ``hold`` was called, of those of now.

    Attributes:
        sample: whose passes they are; None for nobody's.

    Thread: GUI; those that are held may be made on another.
    """

    def __init__(self, document: Document, sample: Sample | None) -> None:
        self.sample = sample
        self._document, self._model, self._dataset = document, document.model, document.data.dataset
        self._infos = document.infos
        self._tracer: Tracer | None = None
        self._weights: Array | None = None

    @cached_property
    def are_heavy(self) -> bool:
        """Whether the GUI's thread should leave ``trace`` and ``mini_batch`` to another."""
        if self._model is None:
            return False
        layers = zip(self._model.architecture.layers, self._infos, strict=True)
        return sum(spec.config.multiply_adds(info.input) for spec, info in layers if info.input) > HEAVY

    @cached_property
    def values(self) -> tuple[Array, ...] | None:
        """The input and every layer's output, (C, H, W) or (features,); None where the sample fits no network."""
        if self._model is None or self.sample is None or self.sample.image.shape != self._model.input_shape:
            return None
        with np.errstate(all="ignore"):  # the views say what is not finite
            return tuple(value[0] for value in self._model.activations(self.sample.image[None]))

    @cached_property
    def trace(self) -> Trace | None:
        """The sample's way through the network and back, in float64; None without ``values`` or ``label``."""
        if self.values is None or self.sample is None or self.label is None or self._traces is None:
            return None
        return self._traces.trace(self.sample.image[None], np.array([self.label]), weights=self._weights)

    @cached_property
    def mini_batch(self) -> tuple[Trace, ...]:
        """The traces of a mini-batch: of the sample, and of the first training images; empty where ``trace`` is None.

        C is their mean loss.
        """
        if self.trace is None or self.sample is None or self._traces is None:
            return ()
        images, labels = [self.sample.image[None]], [np.array([self.label])]
        if self._dataset is not None:
            images.append(pixels(self._dataset.train.images[: BATCH - 1]))
            labels.append(self._dataset.train.labels[: BATCH - 1].astype(int))
        return self._traces.traces(np.concatenate(images), np.concatenate(labels), weights=self._weights)

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

    def hold(self) -> None:
        """Keep the weights and values of now."""
        if self._weights is None and self._model is not None:
            self.__dict__["values"] = None if self.values is None else tuple(map(np.copy, self.values))
            self._tracer, self._weights = self._document.tracer, self._model.parameters.flat.copy()

    def hold_for(self, sample: Sample | None) -> bool:
        """Return whether what is held is that of *sample* in the document's network as it is now."""
        if self._weights is None or self._model is None or self.sample is None or sample is None:
            return False
        same = self._document.model is self._model and self._document.tracer is self._tracer
        return same and sample.looks_like(self.sample) and np.array_equal(self._weights, self._model.parameters.flat)

    def are_like(self, other: "Passes") -> bool:
        """Return whether *other* has the same network and sample, with whatever weights."""
        samples = self.sample, other.sample
        return self._model is other._model and None not in samples and samples[0].looks_like(samples[1])

    def are_there(self, batched: bool) -> bool:
        """Return whether ``trace`` and, if *batched*, ``mini_batch`` take no time."""
        return not self.are_heavy or ("mini_batch" if batched else "trace") in self.__dict__

    def make(self, batched: bool) -> Generator[float, None, None]:
        """Make ``trace`` and, if *batched*, ``mini_batch`` in pieces; yield the share that is done."""
        yield float(self.trace is not None and not batched)
        yield float(not batched or self.mini_batch != ())

    @property
    def _traces(self) -> Tracer | None:
        return self._tracer or self._document.tracer
