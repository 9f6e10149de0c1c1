"""What the lens looks at: one layer of the document's network and one image, at one moment."""

from collections.abc import Iterable, Mapping
from itertools import chain, islice

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.document import Document
from cnn_gui.learned import since
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.learning import Learning
from cnn_gui.lens.passes import MiniBatch, Passes
from cnn_gui.lens.sample import Sample
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.ranges import Ranges, Scale
from engine.architecture import Architecture, LayerSpec
from engine.layer import Array
from engine.remedies import Remedy, remedies
from engine.shapes import LayerInfo, Problem, first_problem
from engine.trace.flatten import Flattening, behind
from engine.trace.record import LayerTrace, Trace


class Frame:
    """Reads the document once, when it is made, except for its passes.

    A frame is good until the weights or the chain change, or for as long as its passes are held, apart from
    ``parameters``; views copy what they keep.

    Attributes:
        spec, info, index: the selected layer; None, None and -1 if none is.
        flattening: which maps its inputs come from; None where no Flatten of maps lies before it.
        channels: what those of its input, or of the maps that were flattened to it, are called.
        is_last: whether no layer follows it, so that its output is the network's.
        parameters: its learned arrays by name; empty if it has none or cannot work.
        sample: the image on show, or None.
        passes: those of the sample, which may be shared with other frames.
        learning: how the layer learns; None if none is selected.
        step: the training step of the weights; 0 for initial ones.
        next_key: what the next step draws its random numbers from: (seed, steps that its run has done before it).
        class_names: of the data.
        problem: why the network cannot compute, with the layer's title where it is one's fault, or ''.
        broken: the first layer that cannot work, and why; None where all can, or there are none.
        locked: whether a training run owns the network, so that it cannot be edited.
        faults: the switches of deliberate ones, which ``trace`` has.
        warnings: what is wrong with a layer, a problem or deliberate faults, by uid; most have none.
        ranges: how far the colours of its pictures reach.
    """

    def __init__(
        self,
        document: Document,
        sample: Sample | None,
        step: int,
        scale: Scale = Scale.LAYER,
        passes: Passes | None = None,
    ) -> None:
        self._model, self._architecture = document.model, document.architecture
        self._document = document
        self.spec: LayerSpec | None = document.selected_spec
        self.index = document.architecture.index(self.spec.uid) if self.spec else -1
        self.info: LayerInfo | None = document.infos[self.index] if self.spec else None
        self.flattening, self.channels = _origin(document, self.index)
        self.is_last = self.spec is not None and self.index == len(self._architecture.layers) - 1
        self.parameters: Mapping[str, Array] = (
            self._model.layers[self.index].parameters if self._model is not None and self.spec else {}
        )
        self.sample, self.step, self.class_names = sample, step, document.data.class_names
        self.passes = passes or Passes(document, sample)
        self.learning = Learning(document, self.spec) if self.spec else None
        self.problem, self.locked, self.faults = document.obstacle, document.locked, document.faults
        self.broken = _broken(document)
        self.warnings = _warnings(document)
        time = step - document.watch.start if document.locked else document.optimizer_time
        self.next_key = document.settings.seed, time
        self.ranges = Ranges(scale, self._largest)
        self._figures_of = document.figures_of
        ended = document.history.epochs
        later = np.flatnonzero(ended.column("step") >= step)
        self._epoch = int(ended.column("epoch")[later[0]]) if len(later) else ended.done + 1

    @property
    def architecture(self) -> Architecture:
        """All layers, of which the selected one is the layer number ``index``."""
        return self._architecture

    @property
    def values(self) -> tuple[Array, ...] | None:
        """The input and every layer's output for the sample, (C, H, W) or (features,); None without a network."""
        return self.passes.values

    @property
    def trace(self) -> Trace | None:
        """The sample's way through the network and back, in float64; see ``Passes``."""
        return self.passes.trace

    @property
    def mini_batch(self) -> MiniBatch | None:
        """The selected layer in the mini-batch of training that the sample is in, or in one of it alone."""
        return self.passes.mini_batch(self.index) if self.index >= 0 else None

    @property
    def label(self) -> int | None:
        """The class that counts as right: the sample's own, or the likeliest; None where neither is known."""
        return self.passes.label

    @property
    def prediction(self) -> tuple[int, float] | None:
        """The likeliest class and its probability; None without a network or if the answer is not a number."""
        return self.passes.prediction

    @property
    def layer_trace(self) -> LayerTrace | None:
        """The selected layer's part of ``trace``."""
        return self.trace.layers[self.index] if self.spec is not None and self.trace is not None else None

    @property
    def shaped_layer(self) -> LayerTrace | None:
        """``layer_trace``, or where that is not there one of the same shapes with nothing but zeros; None where even
        these are not known."""
        if self.layer_trace is not None or self.spec is None or self.info is None or self.info.problem is not None:
            return self.layer_trace
        if self.info.input is None or self.info.output is None:
            return None
        arrays = {name: np.zeros(shape) for name, shape in self.spec.config.array_shapes(self.info.input).items()}
        x, y = np.zeros(self.info.input), np.zeros(self.info.output)
        return LayerTrace(self.spec, arrays, x, y, x, y, {})

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What to change in the selected layer so that it reads every pixel; empty where it does, or none is known."""
        if self.spec is None:
            return ()
        data, loss = self._document.data, self._document.settings.loss
        return remedies(self._architecture, self.spec.uid, data.input_shape, len(data.class_names), loss)

    def _largest(self, colormap: ColorMap) -> float:
        """Return the largest magnitude in the whole network of what *colormap* is for; 0 where there is none."""
        arrays: Iterable[Array] = ()
        if colormap is ColorMap.ACTIVATIONS:
            arrays = self.values or ()
        elif colormap is ColorMap.WEIGHTS and self._model is not None:
            arrays = (self.passes.learned,)
        elif colormap is ColorMap.GRADIENTS and self.trace is not None:
            layers, last = self.trace.layers, self.trace.layers[-1]
            used = [t.grad_output for t in layers if not (t is last and self.trace.fused)]
            arrays = (*used, *chain.from_iterable((t.grad_input, *t.gradients.values()) for t in layers))
        return max(map(signed_levels, arrays), default=0.0)

    def title(self) -> str:
        """Return 'Convolution 2' for the second layer of that type; 'Input' if none is selected."""
        return self.title_of(self.spec) if self.spec else _tr("Input")

    def title_of(self, spec: LayerSpec) -> str:
        """Return what any layer of the network is called, 'Convolution 2'."""
        return layer_title(self._architecture, spec)

    def about(self) -> str:
        """Return the layer's settings, shapes and number of weights in one line."""
        if self.spec is None or self.info is None:
            return ""
        shapes = (self.info.input, self.info.output)
        flow = " → ".join("×".join(map(str, shape)) for shape in shapes if shape is not None)
        count = _tr("{0:,} parameters").format(self.info.parameters) if self.info.parameters else ""
        return " · ".join(filter(None, (self.spec.config.summary(), flow, count)))

    def moment(self) -> str:
        """Return 'step 1,204, epoch 3', or that nothing was trained yet."""
        if not self.step:
            return _tr("initial weights")
        return _tr("step {0:,}, epoch {1}").format(self.step, self._epoch) + since(self._figures_of)

    def class_name(self, label: int) -> str:
        """Return the name of class *label*, or its number where it has none."""
        return self.class_names[label] if label < len(self.class_names) else str(label)


def layer_title(architecture: Architecture, spec: LayerSpec) -> str:
    """Return the layer's label and its number among the layers of its type, from 1."""
    return architecture.title(spec.uid)


def _broken(document: Document) -> tuple[LayerSpec, Problem] | None:
    found = first_problem(document.infos)
    return None if found is None else (document.architecture.layers[found[0]], found[1])


def _warnings(document: Document) -> dict[str, str]:
    layers = zip(document.architecture.layers, document.infos, strict=True)
    found = {spec.uid: str(info.problem) for spec, info in layers if info.problem}
    faulty = _tr("Faulty gradients: {0}.")
    return {uid: faulty.format(brief) for uid, _, brief in document.faults.places} | found


def _origin(document: Document, index: int) -> tuple[Flattening | None, Channels]:
    """Return which maps the inputs of the layer number *index* come from, and what their channels are called."""
    layers = zip(document.architecture.layers, document.infos, strict=True)
    before = [(spec.config, info.input) for spec, info in islice(layers, max(0, index))]
    return behind(before), Channels.behind([config for config, _ in before], document.data.input_shape)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Frame", text)
