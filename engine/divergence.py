"""Numbers that ran away: whether, and in which layer."""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from engine.layer import Array
from engine.model import Model


class DivergedError(ArithmeticError):
    """Training made numbers that are NaN or infinite. The model has the last weights that were good."""


def all_finite(vector: Array) -> bool:
    """Return whether no value of *vector* (n,) is NaN or infinite; a single pass where that is so."""
    return isfinite(np.dot(vector, vector)) or bool(np.isfinite(vector).all())  # finite values may have huge squares


def bad_output(model: Model, inputs: Array) -> str:
    """Say which layer is the first to put out what is not finite for *inputs* (N, C, H, W), if one does."""
    values = model.activations(inputs)[1:]
    bad = next((place for place, y in enumerate(values) if not np.isfinite(y).all()), None)
    return "the loss is not finite" if bad is None else f"{_name(model, bad)} puts out values that are not finite"


def bad_part(model: Model, parts: Sequence[slice], vector: Array, what: str) -> str:
    """Say the *what* of which layer is not finite in *vector* (P,), cut into the layers' *parts*: the first."""
    bad = next(place for place, part in enumerate(parts) if not np.isfinite(vector[part]).all())
    return f"the {what} of {_name(model, bad)} is not finite"


def bad_statistics(model: Model) -> str:
    """Say which layer is the first that keeps statistics that are not finite."""
    layers = model.parameters.layers
    bad = next(place for place, views in enumerate(layers) if not all(np.isfinite(v).all() for v in views.values()))
    return f"the statistics of {_name(model, bad)} are not finite"


def _name(model: Model, place: int) -> str:
    return f"layer {place + 1} ({model.architecture.layers[place].type.label})"
