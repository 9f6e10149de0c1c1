"""A sample's passes through the document's network, forward and back, with the weights of one moment."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cnn_gui.document import Document
from cnn_gui.lens.sample import Sample
from engine.data.dataset import Dataset, Draw, batch_with
from engine.layer import Array
from engine.settings import TrainingSettings
from engine.trace.record import LayerTrace, Trace
from engine.trace.scoring import Scoring
from engine.trace.tracer import Tracer
from engine.trainer import split_rng

HEAVY = 50_000_000  # multiply-adds of one sample forward, from which on a trace takes longer than a frame may


@dataclass(frozen=True, slots=True, eq=False)
class MiniBatch:
    """One layer of the passes of a mini-batch, sample by sample; that of the lens is the first.

    Attributes:
        layers: of each sample; their dC/dW add up to ``gradients``, for C is the mean loss.
        scorings: of each sample, from its scores to its loss.
        places: of each among the training images; empty for a batch of the lens's sample alone.
        number: which mini-batch of its epoch it is, from 0.
        augmented: whether the images are changed as in training.
    """

    layers: tuple[LayerTrace, ...]
    scorings: tuple[Scoring, ...]
    places: tuple[int, ...] = ()
    number: int = 0
    augmented: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lot:
    """What draws the mini-batch of training that the sample is in.

    Attributes:
        dataset: whose training images a run learns from, but for those that it holds out.
        place: the sample's among all training images.
        settings: of the run.
        done: steps that the run has done.
        time: steps that its optimizer had done before the next one.
        paper: what augmentation fills with.
    """

    dataset: Dataset
    place: int
    settings: TrainingSettings
    done: int
    time: int
    paper: tuple[float, ...] | None

    def drawn(self) -> tuple[Draw, tuple[int, int]]:
        """Return the mini-batch of the present epoch, as the run draws it, and the (seed, step) that it is of."""
        settings, dataset = self.settings, self.dataset
        members = np.arange(len(dataset.train))
        if dataset.validation is None or not len(dataset.validation):
            members = members[~dataset.held_out(settings.validation, split_rng())]
        start = self.time - self.done % -(-len(members) // settings.batch_size)  # of the epoch
        rng, paper = np.random.default_rng((settings.seed, start)), self.paper if settings.augment else None
        draw = batch_with(self.place, dataset.train, members, settings.batch_size, rng, settings.augment, paper)
        return draw, (settings.seed, start + draw.number)


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """What is to be traced, on any thread: a sample, alone or in the mini-batch of training that it is in.

    Attributes:
        image: (C, H, W).
        label: the class that counts as right.
        lot: what draws its mini-batch; None where no run trains on it.
        weights: (P + Q,) with the statistics, read-only; None for those that the model has then.
    """

    tracer: Tracer
    image: Array
    label: int
    lot: Lot | None
    weights: Array | None = None

    def trace(self) -> Trace:
        """Return the trace of the sample."""
        return self.tracer.trace(self.image[None], np.array([self.label]), weights=self.weights)

    def mini_batch(self, index: int) -> MiniBatch:
        """Return the layer number *index* of the passes of a mini-batch: of one of training, or of the sample alone."""
        if self.lot is None:
            traced = self.tracer.layer_traces(self.image[None], np.array([self.label]), index, weights=self.weights)
            return MiniBatch(*zip(*traced, strict=True))
        drawn, key = self.lot.drawn()
        first = drawn.indices.tolist().index(self.lot.place)
        order = [first, *(each for each in range(len(drawn.indices)) if each != first)]
        labels = drawn.batch.samples.labels.astype(int)
        traced = self.tracer.layer_traces(drawn.batch.inputs(slice(None)), labels, index, key, self.weights)
        layers, scorings = zip(*(traced[each] for each in order), strict=True)
        places = tuple(int(drawn.indices[each]) for each in order)
        return MiniBatch(layers, scorings, places, drawn.number, self.lot.settings.augment)


class Passes:
    """Each pass is made when it is first asked for, of the weights of then; once ``hold`` was called, of those of now.

    Attributes:
        sample: whose passes they are; None for nobody's.

    Thread: GUI.
    """

    def __init__(self, document: Document, sample: Sample | None, done: int = 0) -> None:
        """*done*: steps that the run has done, which has drawn a mini-batch for each; 0 where none is under way."""
        self.sample, self._done = sample, done
        self._document, self._model, self._infos = document, document.model, document.infos
        self._values: tuple[Array, ...] | None = None
        self._trace: Trace | None = None
        self._batches: dict[int, MiniBatch] = {}  # by the number of the layer
        self._held: Pass | None = None

    @property
    def are_heavy(self) -> bool:
        """Whether ``trace`` takes too long for the GUI's thread."""
        return self._work > HEAVY

    @cached_property
    def _work(self) -> int:
        """Multiply-adds of one sample forward; 0 without a network."""
        if self._model is None:
            return 0
        layers = zip(self._model.architecture.layers, self._infos, strict=True)
        return sum(spec.config.multiply_adds(info.input) for spec, info in layers if info.input)

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

    def mini_batch(self, index: int) -> MiniBatch | None:
        """Return the layer number *index* of the passes of a mini-batch; None where ``trace`` is None."""
        if index not in self._batches and (wanted := self._wanted()) is not None:
            self._batches[index] = wanted.mini_batch(index)
        return self._batches.get(index)

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

    def take(self, trace: Trace, mini_batch: MiniBatch | None = None, index: int = 0) -> None:
        """Have what was made elsewhere of what ``hold`` returned; *mini_batch* of the layer number *index*."""
        self._trace = trace
        if mini_batch is not None:
            self._batches[index] = mini_batch

    def are_there(self, batch_of: int | None) -> bool:
        """Return whether ``trace`` and the mini-batch of the layer number *batch_of*, if any, take no time."""
        if self.are_heavy and self._trace is None:
            return False
        several = self.sample is not None and self.sample.place is not None
        samples = self._document.settings.batch_size if several else 1
        return batch_of is None or batch_of in self._batches or self._work * samples <= HEAVY

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
        fits = dataset is not None and dataset.image_shape == self.sample.image.shape
        return Pass(tracer, self.sample.image, label, self._lot(dataset, self.sample.place) if fits else None)

    def _lot(self, dataset: Dataset | None, place: int | None) -> Lot | None:
        """Return what draws the mini-batch of the training image *place*: of the run, or of the next one."""
        if dataset is None or place is None:
            return None
        looks = self._document.data.appearance
        paper, document = None if looks is None else looks.paper, self._document
        return Lot(dataset, place, document.settings, self._done, document.optimizer_time + self._done, paper)


def _frozen(array: Array) -> Array:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _alike(one: Array, other: Array) -> bool:
    """Return whether two arrays of one dtype have the same bits: a NaN is like itself."""
    bits = f"u{one.itemsize}"
    return np.array_equal(one.view(bits), other.view(bits))
