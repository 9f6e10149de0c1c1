"""Whether a network can be trained on a data set, told before the first step."""

import numpy as np

from engine.data.dataset import Dataset
from engine.errors import BadInputError
from engine.model import Model
from engine.shapes import first_problem, infer_shapes


def check_trainable(model: Model, dataset: Dataset) -> None:
    """Raise BadInputError where *model* cannot be trained on *dataset*, with the first reason."""
    _check_data(dataset)
    if model.input_shape != dataset.image_shape:
        raise BadInputError(
            f"The network reads images of {model.input_shape}, but {dataset.name} has {dataset.image_shape}"
            " (channels, height, width); build it for this data."
        )
    if not model.layers:
        raise BadInputError("The network has no layers; insert some, and Softmax as the last.")
    infos = infer_shapes(model.architecture, dataset.image_shape, len(dataset.class_names))
    if problem := first_problem(infos):
        raise BadInputError(str(problem[1]))
    if not np.isfinite(model.parameters.flat).all():
        raise BadInputError("The network's weights are not all finite numbers; start from fresh weights.")


def _check_data(dataset: Dataset) -> None:
    if not len(dataset.train):
        raise BadInputError(f"{dataset.name} has no training images; choose data that has some.")
    classes = len(dataset.class_names)
    for split in (dataset.train, dataset.validation, dataset.test):
        if split is not None and len(split) and not (split.labels.min() >= 0 and split.labels.max() < classes):
            raise BadInputError(
                f"{dataset.name} has labels from {split.labels.min()} to {split.labels.max()} for {classes} classes;"
                f" number them from 0 to {classes - 1}."
            )
