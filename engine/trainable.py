"""Whether a network can be trained on a data set, told before the first step."""

import numpy as np

from engine.data.dataset import Dataset, Split
from engine.errors import BadInputError
from engine.layer import Shape
from engine.model import Model
from engine.shapes import CROSS_ENTROPY, first_problem, infer_shapes


def check_trainable(model: Model, dataset: Dataset, loss: str = CROSS_ENTROPY) -> None:
    """Raise BadInputError where *model* cannot be trained on *dataset* to make *loss* small, with the first reason."""
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


def check_batch_size(batch_size: int, train: Split) -> None:
    """Raise BadInputError where there are fewer images than a mini-batch needs.

    Args:
        batch_size: images per step, >= 1.
        train: what is really trained on: without the images that are held out for validation.
    """
    if batch_size > len(train):
        raise BadInputError(
            f"A mini-batch of {batch_size:,} images is larger than the {len(train):,} images that are left to train on;"
            f" choose a batch size of at most {len(train):,}, or hold out less."
        )


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
            f"{name} has {labels.dtype} labels of shape {labels.shape} for {len(images):,} images; give each image one"
            " whole number."
        )
    if len(labels) and not (labels.min() >= 0 and labels.max() < classes):
        raise BadInputError(
            f"{name} has labels from {labels.min()} to {labels.max()} for {classes} classes;"
            f" number them from 0 to {classes - 1}."
        )
