"""Hypothesis strategies for whole networks with data of their own, sane or not."""

from dataclasses import dataclass, replace
from math import gcd

import numpy as np
from hypothesis import strategies as st

from cnn_gui.document import Document
from engine import losses, registry
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data.dataset import Dataset, Split
from engine.errors import ShapeError
from engine.layer import Array, LayerConfig, Shape
from engine.layers.conv import Conv2DConfig
from engine.settings import TrainingSettings
from engine.shapes import infer_shapes
from tests.helpers.layers import configs

ENDINGS = {"cross-entropy": ("softmax",), "binary cross-entropy": ("sigmoid",), "mean squared error": ()}
WEIGHTS = ("usual", "zeros", "tiny", "huge", "a NaN", "run away")
RUN_AWAY = np.array([np.inf, -np.inf, 0, 1, -1, 0.5, -2, 1e38, -1e38], np.float32)
MOST_VALUES = 20_000  # that a drawn layer puts out: larger ones are examples


@dataclass(frozen=True)
class Network:
    """A chain that fits images (C, H, W) of so many classes, its loss, and one of WEIGHTS."""

    layers: tuple[LayerSpec, ...]
    shape: Shape = (1, 8, 8)
    classes: int = 2
    loss: str = "cross-entropy"
    weights: str = "usual"

    def __repr__(self) -> str:
        chain = ", ".join(repr(spec.config) for spec in self.layers)
        return f"of({chain}, shape={self.shape}, classes={self.classes}, loss={self.loss!r}, weights={self.weights!r})"

    def document(self) -> Document:
        """Return a new document with this network and two images."""
        document = Document()
        document.set_data(self.dataset(), "bundled")
        document.set_settings(TrainingSettings(loss=self.loss))
        document.replace(Architecture(self.layers), "Load it")
        assert document.model is not None, document.problem
        document.set_weights(self.spoiled(document.model.parameters.flat))
        return document

    def dataset(self) -> Dataset:
        """Return two images for training and two for the test: the last class, and the first."""
        images = np.random.default_rng(1).integers(0, 256, (2, *self.shape), np.uint8)
        split = Split(images, np.array([self.classes - 1, 0]))
        return Dataset("noise", split, split, tuple(f"class {k}" for k in range(self.classes)))

    def spoiled(self, flat: Array) -> Array:
        """Return weights (P,) made what ``weights`` says."""
        rng = np.random.default_rng(2)
        if self.weights == "run away":
            return rng.choice(RUN_AWAY, flat.shape)
        factor = {"zeros": 0.0, "huge": 1e30, "tiny": 1e-36}.get(self.weights, 1.0)
        flat = (flat + 0.2 * rng.random(flat.shape, np.float32)) * np.float32(factor)
        if self.weights == "a NaN":
            flat[rng.integers(flat.size)] = np.nan
        return flat


def of(*configs: LayerConfig, **rest: object) -> Network:
    """Return the network of some layers, as a failing example prints it."""
    return Network(tuple(LayerSpec(f"layer {n}", config) for n, config in enumerate(configs)), **rest)


@st.composite
def networks(draw: st.DrawFn, most_layers: int = 4, largest: int = 5) -> Network:
    """Draw up to *most_layers* layers of any kind, whole numbers up to *largest*, and an end that their loss can read.

    What does not fit where it is drawn is left out, so that examples get smaller by leaving out more.
    """
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 12)), draw(st.integers(1, 12))
    classes, loss = draw(st.integers(1, 6)), draw(st.sampled_from(sorted(losses.BY_NAME)))
    drawn = draw(st.lists(st.sampled_from(registry.all_types()), max_size=most_layers))
    layers: tuple[LayerSpec, ...] = ()
    for kind in drawn:
        layers = with_layer(layers, draw(configs(kind.config, largest)), shape)
    layers = ended(layers, shape, classes, loss, draw(st.booleans()))
    return Network(layers, shape, classes, loss, draw(st.sampled_from(WEIGHTS)))


def with_layer(layers: tuple[LayerSpec, ...], config: LayerConfig, shape: Shape) -> tuple[LayerSpec, ...]:
    """Return *layers* with another where it fits them."""
    reads = output(layers, shape)
    if isinstance(config, Conv2DConfig) and len(reads) == 3:
        groups = gcd(config.groups, reads[0])
        config = replace(config, groups=groups, filters=config.filters * groups)
    try:
        fits = np.prod(config.output_shape(reads)) <= MOST_VALUES
    except ShapeError:
        fits = False
    return (*layers, LayerSpec(f"layer {len(layers)}", config)) if fits else layers


def ended(layers: tuple[LayerSpec, ...], shape: Shape, classes: int, loss: str, mean: bool) -> tuple[LayerSpec, ...]:
    """Return *layers* with what makes them end as *loss* wants it; maps become their *mean*, or all their values."""
    if len(output(layers, shape)) == 3:
        layers += (new_layer("global_average_pool" if mean else "flatten"),)
    return (*layers, new_layer("dense", units=classes), *map(new_layer, ENDINGS[loss]))


def output(layers: tuple[LayerSpec, ...], shape: Shape) -> Shape:
    """Return the shape of what *layers* put out for images of *shape*."""
    found = infer_shapes(Architecture(layers), shape)[-1].output if layers else shape
    assert found is not None
    return found
