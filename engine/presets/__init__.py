"""Published networks, ready to train, each with the settings that suit it: ``presets.load("lenet5")``."""

from collections.abc import Callable
from dataclasses import replace

from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.errors import BadInputError
from engine.layers.dense import DenseConfig
from engine.presets import from_scratch, published
from engine.presets.preset import Preset
from engine.shapes import first_problem, infer_shapes, show
from engine.words import quoted

__all__ = ["BUILDERS", "Preset", "fitted", "for_classes", "load"]

BUILDERS: dict[str, Callable[[], Preset]] = {
    "lenet5": published.lenet5,
    "lenet5-classic": from_scratch.lenet5_classic,
    "framework": from_scratch.framework,
    "sigmoid-mse": from_scratch.sigmoid_mse,
    "conv-pool-softmax": from_scratch.conv_pool_softmax,
    "one-epoch": published.one_epoch,
    "keras-mnist": published.keras_mnist,
    "convnetjs-mnist": published.convnetjs_mnist,
    "strided": published.strided,
}


def load(name: str) -> Preset:
    """Return the preset *name*, its layers with new uids; raises BadInputError for an unknown name."""
    if name not in BUILDERS:
        raise BadInputError(f"There is no preset {quoted(name)}; known are {', '.join(BUILDERS)}.")
    return BUILDERS[name]()


def for_classes(architecture: Architecture, classes: int) -> Architecture:
    """Return the network with *classes* units in its last dense layer; unchanged where it has none."""
    for spec in reversed(architecture.layers):
        if isinstance(spec.config, DenseConfig):
            return architecture.configure(spec.uid, replace(spec.config, units=classes))
    return architecture


def fitted(preset: Preset, dataset: Dataset) -> Architecture:
    """Return the preset's network for the images and classes of *dataset*, which need not be those it is meant for.

    Raises:
        BadInputError: a layer cannot work on such images.
    """
    architecture = for_classes(preset.architecture, len(dataset.class_names))
    if problem := first_problem(infer_shapes(architecture, dataset.image_shape)):
        position, (what, remedy) = problem[0] + 1, (problem[1].what, problem[1].remedy)
        raise BadInputError(
            f"{preset.name} is made for images of {show(preset.input_shape)}, and {dataset.name} has"
            f" {show(dataset.image_shape)}, with which layer {position} ({architecture.layers[problem[0]].type.label})"
            f" cannot work: {what} {remedy}"
        )
    return architecture
