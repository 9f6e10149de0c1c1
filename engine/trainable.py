"""Whether a network can be trained on a data set, told before the first step."""

import numpy as np

from engine.data.dataset import Dataset, Split
from engine.errors import BadInputError
from engine.layer import Shape
from engine.model import Model
from engine.shapes import CROSS_ENTROPY, first_problem, infer_shapes
from engine.words import counted


def check_trainable(model: Model, dataset: Dataset, loss: str = CROSS_ENTROPY) -> None:
    """Raise BadInputError where *model* cannot be trained on *dataset* to make *loss* small, with the first reason."""
    _check_kinds(model, dataset)
    _check_data(dataset)
    if model.input_shape != dataset.image_shape:
        raise BadInputError(
            f"The network reads images of {model.input_shape}, but {dataset.name} has {dataset.image_shape}"
            " (channels, height, width); build it for this data."
        )
    if not model.layers:
        raise BadInputError("The network has no layers; insert some, and Softmax as the last.")
    infos = infer_shapes(model.architecture, dataset.image_shape, len(dataset.class_names), loss)
    if problem := first_problem(infos):
        raise BadInputError(str(problem[1]))
    if not np.isfinite(model.parameters.flat).all():
        raise BadInputError("The network's weights are not all finite numbers; start from fresh weights.")


def check_measurable(model: Model, dataset: Dataset, loss: str = CROSS_ENTROPY) -> None:
    """Raise BadInputError where a trained *model* cannot be measured by *loss* on *dataset*, with the first reason."""
    classes = len(dataset.class_names)
    if model.input_shape != dataset.image_shape:
        raise BadInputError(
            f"The network reads images of {model.input_shape}, but {dataset.name} has {dataset.image_shape}"
            " (channels, height, width); choose data like that which it has learned from."
        )
    if len(model.output_shape) == 1 and model.output_shape != (classes,):
        raise BadInputError(
            f"The network tells {model.output_shape[0]} classes apart, but {dataset.name} has {classes}; choose data"
            " with the classes that it has learned."
        )
    check_trainable(model, dataset, loss)


def check_batch_size(batch_size: int, train: Split) -> None:
    """Raise BadInputError where there are fewer images than a mini-batch needs.

    Args:
        batch_size: images per step, >= 1.
        train: what is really trained on: without the images that are held out for validation.
    """
    if batch_size > len(train):
        raise BadInputError(
            f"A mini-batch of {counted(batch_size, 'image')} is larger than the {counted(len(train), 'image')} left to"
            f" train on; choose a batch size of at most {len(train):,}, or hold out less."
        )


def _check_kinds(model: Model, dataset: Dataset) -> None:
    """Raise BadInputError where an argument is of another kind than training takes."""
    if not isinstance(model, Model):
        raise BadInputError(f"model is of type {type(model).__name__}; give a Model, e.g. Model.build's.")
    if not isinstance(dataset, Dataset):
        raise BadInputError(f"dataset is of type {type(dataset).__name__}; give a Dataset, e.g. of data.catalogue.")


def _check_data(dataset: Dataset) -> None:
    if not len(dataset.train):
        raise BadInputError(f"{dataset.name} has no training images; choose data that has some.")
    for split in (dataset.train, dataset.validation, dataset.test):
        if split is not None:
            _check_split(dataset.name, split, dataset.image_shape, len(dataset.class_names))


def _check_split(name: str, split: Split, shape: Shape, classes: int) -> None:
    """Raise BadInputError unless *split* holds images of *shape* with a label below *classes* each."""
    images, labels = split.images, split.labels
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != shape:
        raise BadInputError(
            f"{name} has {images.dtype} images of shape {images.shape}; make all of them uint8, 0 to 255, of one shape"
            " (N, C, H, W)."
        )
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise BadInputError(
            f"{name} has {labels.dtype} labels of shape {labels.shape} for {counted(len(images), 'image')}; give each"
            " image one whole number."
        )
    if len(labels) and not (labels.min() >= 0 and labels.max() < classes):
        raise BadInputError(
            f"{name} has labels from {labels.min()} to {labels.max()} for {classes} classes;"
            f" number them from 0 to {classes - 1}."
        )
