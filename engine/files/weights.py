"""The weights of a network by the uid of their layer, so that they find their place again after edits."""

from collections.abc import Mapping

import numpy as np

from engine.architecture import Architecture
from engine.errors import BadInputError
from engine.layer import Array, Shape
from engine.model import Model
from engine.shapes import infer_shapes
from engine.words import quoted

Weights = Mapping[str, Mapping[str, Array]]  # layer uid -> parameter name -> values


def weights_of(model: Model) -> dict[str, dict[str, Array]]:
    """Return a copy of every layer's parameters; layers without any are left out."""
    layers = zip(model.architecture.layers, model.parameters.layers, strict=True)
    return {spec.uid: {name: array.copy() for name, array in views.items()} for spec, views in layers if views}


def restore(model: Model, weights: Weights) -> list[str]:
    """Copy *weights* into the layers that they fit, all arrays of a layer or none, and return those layers' uids."""
    restored = []
    for spec, views in zip(model.architecture.layers, model.parameters.layers, strict=True):
        if views and _shapes(views) == _shapes(weights.get(spec.uid, {})):
            for name, view in views.items():
                view[...] = weights[spec.uid][name]
            restored.append(spec.uid)
    return restored


def trained_model(architecture: Architecture, input_shape: Shape, weights: Weights) -> Model:
    """Return a model with *weights*; raises BadInputError where it cannot work or a layer lacks its weights."""
    shapes = parameter_shapes(architecture, input_shape)
    for position, spec in enumerate(architecture.layers, 1):
        # Compared before the model is built, which would allocate whatever the layer asks for.
        if spec.uid in shapes and shapes[spec.uid] != _shapes(weights.get(spec.uid, {})):
            label = f"Layer {position} ({spec.type.label})"
            raise BadInputError(f"{label} has no weights that fit it; train the network first.")
    model = Model.build(architecture, input_shape, np.random.default_rng(0))
    restore(model, weights)
    return model


def parameter_shapes(architecture: Architecture, input_shape: Shape) -> dict[str, dict[str, Shape]]:
    """Return the shape of every parameter and statistic by layer uid and name, as far as the chain works."""
    known = zip(architecture.layers, infer_shapes(architecture, input_shape), strict=True)
    return {s.uid: s.config.array_shapes(i.input) for s, i in known if i.input is not None and i.problem is None}


def check_fit(shapes: Mapping[str, Shape], expected: Mapping[str, Shape], layer: str) -> None:
    """Raise BadInputError unless a layer's arrays have exactly the names and shapes *expected* of it."""
    for name in sorted({*shapes, *expected}):
        if shapes.get(name) != expected.get(name):
            raise BadInputError(
                f"{layer}: its array {quoted(name)} has shape {shapes.get(name, 'none')}, but the layer needs"
                f" {expected.get(name, 'none')}; the file does not fit its own network."
            )


def _shapes(arrays: Mapping[str, Array]) -> dict[str, Shape]:
    return {name: array.shape for name, array in arrays.items()}
