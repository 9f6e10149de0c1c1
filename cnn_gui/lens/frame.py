"""What the lens looks at: one layer of the document's network and one image, at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from cnn_gui.document import Document
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.learning import Learning
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.ranges import Ranges, Scale
from engine.architecture import Architecture, LayerSpec
from engine.data.dataset import pixels
from engine.layer import Array
from engine.remedies import Remedy, remedies
from engine.shapes import LayerInfo
from engine.trace.flatten import behind
from engine.trace.record import LayerTrace, Trace

Image = npt.NDArray[np.float32]
BATCH = 8  # samples: a mini-batch that can be taken in


@dataclass(frozen=True, slots=True)
class Sample:
    """An image (C, H, W) in [0, 1], what it is called, and its true class where one is known.

    Attributes:
        held_out: whether a run with the present settings never trains on it, although it is a training image.
    """

    image: Image
    title: str
    label: int | None = None
    held_out: bool = False

    @property
    def whole_title(self) -> str:
        """What it is called, and whether it is held out."""
        return _tr("{0} (held out for validation)").format(self.title) if self.held_out else self.title


class Frame:
    """Reads the document once, when it is made, except for ``values`` and ``trace``, which cost a pass each.

    A frame is good until the weights or the chain change; views copy what they keep.

    Attributes:
        spec, info, index: the selected layer; None, None and -1 if none is.
        flattening: which maps its inputs come from; None where no Flatten of maps lies before it.
        channels: what those of its input, or of the maps that were flattened to it, are called.
        is_last: whether no layer follows it, so that its output is the network's.
        parameters: its learned arrays by name; empty if it has none or cannot work.
        sample: the image on show, or None.
        step: the training step of the weights; 0 for initial ones.
        next_key: what the next step draws its random numbers from: (seed, steps that its run has done before it).
        class_names: of the data.
        problem: why the network cannot compute, or ''.
        locked: whether a training run owns the network, so that it cannot be edited.
        faults: the switches of deliberate ones, which ``trace`` has.
        ranges: how far the colours of its pictures reach.
    """

    def __init__(self, document: Document, sample: Sample | None, step: int, scale: Scale = Scale.LAYER) -> None:
        self._model, self._architecture = document.model, document.architecture
        self._document = document
        self.spec: LayerSpec | None = document.selected_spec
        self.index = document.architecture.index(self.spec.uid) if self.spec else -1
        self.info: LayerInfo | None = document.infos[self.index] if self.spec else None
        layers = zip(document.architecture.layers, document.infos, strict=True)
        self.flattening = behind([(spec.config, info.input) for spec, info in layers][: max(0, self.index)])
        before = [spec.config for spec in document.architecture.layers[: max(0, self.index)]]
        self.channels = Channels.behind(before, document.data.input_shape)
        self.is_last = self.spec is not None and self.index == len(self._architecture.layers) - 1
        self.parameters: Mapping[str, Array] = (
            self._model.layers[self.index].parameters if self._model is not None and self.spec else {}
        )
        self.sample, self.step, self.class_names = sample, step, document.data.class_names
        self.problem, self.locked, self.faults = str(document.problem or ""), document.locked, document.faults
        self.next_key = document.settings.seed, step - document.watch.start if document.locked else 0
        self.ranges = Ranges(scale, self._largest)
        ended = document.history.epochs
        self._epoch = next((each.epoch for each in ended if each.step >= step), len(ended) + 1)

    @property
    def architecture(self) -> Architecture:
        """All layers, of which the selected one is the layer number ``index``."""
        return self._architecture

    @cached_property
    def values(self) -> tuple[Array, ...] | None:
        """The input and every layer's output for the sample, (C, H, W) or (features,); None without a network."""
        if self._model is None or self.sample is None or self.sample.image.shape != self._model.input_shape:
            return None
        with np.errstate(all="ignore"):  # the views say what is not finite
            return tuple(value[0] for value in self._model.activations(self.sample.image[None]))

    @cached_property
    def trace(self) -> Trace | None:
        """The sample's way through the network and back, in float64; None where ``values`` is None.

        The class that counts as right is the sample's own, or the likeliest where it is not known.
        """
        if self.values is None or self.sample is None or (tracer := self._document.tracer) is None:
            return None
        label = self.label
        return None if label is None else tracer.trace(self.sample.image[None], np.array([label]))

    @cached_property
    def mini_batch(self) -> tuple[Trace, ...]:
        """The traces of a mini-batch: of the sample, and of the first training images; empty where ``trace`` is None.

        C is their mean loss.
        """
        dataset, label = self._document.data.dataset, self.label
        if self.trace is None or self.sample is None or label is None or (tracer := self._document.tracer) is None:
            return ()
        images, labels = [self.sample.image[None]], [np.array([label])]
        if dataset is not None:
            images.append(pixels(dataset.train.images[: BATCH - 1]))
            labels.append(dataset.train.labels[: BATCH - 1].astype(int))
        return tracer.traces(np.concatenate(images), np.concatenate(labels))

    @property
    def label(self) -> int | None:
        """The class that counts as right: the sample's own, or the likeliest; None where neither is known."""
        if self.sample is not None and self.sample.label is not None:
            return self.sample.label
        return self.prediction[0] if self.prediction else None

    @property
    def layer_trace(self) -> LayerTrace | None:
        """The selected layer's part of ``trace``."""
        return self.trace.layers[self.index] if self.spec is not None and self.trace is not None else None

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What to change in the selected layer so that it reads every pixel; empty where it does, or none is known."""
        if self.spec is None:
            return ()
        data, loss = self._document.data, self._document.settings.loss
        return remedies(self._architecture, self.spec.uid, data.input_shape, len(data.class_names), loss)

    @property
    def learning(self) -> Learning | None:
        """How the selected layer learns; None if none is."""
        return Learning(self._document, self.spec) if self.spec else None

    @property
    def prediction(self) -> tuple[int, float] | None:
        """The likeliest class and its probability; None without a network or if the answer is not a number."""
        if self.values is None or not np.isfinite(self.values[-1]).all():
            return None
        best = int(np.argmax(self.values[-1]))
        return best, float(self.values[-1][best])

    def _largest(self, colormap: ColorMap) -> float:
        """Return the largest magnitude in the whole network of what *colormap* is for; 0 where there is none."""
        arrays: Iterable[Array] = ()
        if colormap is ColorMap.ACTIVATIONS:
            arrays = self.values or ()
        elif colormap is ColorMap.WEIGHTS and self._model is not None:
            arrays = (self._model.parameters.learned,)
        elif colormap is ColorMap.GRADIENTS and self.trace is not None:
            layers, last = self.trace.layers, self.trace.layers[-1]
            used = [t.grad_output for t in layers if not (t is last and self.trace.fused)]
            arrays = (*used, *chain.from_iterable((t.grad_input, *t.gradients.values()) for t in layers))
        return max(map(signed_levels, arrays), default=0.0)

    def title(self) -> str:
        """Return 'Convolution 2' for the second layer of that type; 'Input' if none is selected."""
        return layer_title(self._architecture, self.spec) if self.spec else _tr("Input")

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
        return _tr("step {0:,}, epoch {1}").format(self.step, self._epoch) if self.step else _tr("initial weights")

    def class_name(self, label: int) -> str:
        """Return the name of class *label*, or its number where it has none."""
        return self.class_names[label] if label < len(self.class_names) else str(label)


def layer_title(architecture: Architecture, spec: LayerSpec) -> str:
    """Return the layer's label and its number among the layers of its type, from 1."""
    alike = [each.uid for each in architecture.layers if each.type is spec.type]
    return f"{spec.type.label} {alike.index(spec.uid) + 1}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Frame", text)
