"""Small networks and data that train in no time."""

import numpy as np

from engine.architecture import Architecture, new_layer
from engine.data.dataset import Dataset, Split


def dataset(train: int = 64, test: int = 20, classes: int = 2, size: int = 8, seed: int = 0) -> Dataset:
    """Return images that a tiny network can tell apart: class k is bright in its own band of rows."""
    rng = np.random.default_rng(seed)

    def split(count: int) -> Split:
        labels = np.arange(count) % classes
        images = rng.integers(0, 60, (count, 1, size, size), np.uint8)
        band = size // classes
        for image, label in zip(images, labels, strict=True):
            image[0, label * band : (label + 1) * band] += 150
        return Split(images, labels.astype(np.intp))

    return Dataset("bands", split(train), split(test), tuple(str(k) for k in range(classes)))


def architecture(classes: int = 2) -> Architecture:
    """Return conv, ReLU, pool, flatten, dense, softmax."""
    return Architecture(
        (
            new_layer("conv2d", filters=3, kernel_size=3),
            new_layer("relu"),
            new_layer("pool2d"),
            new_layer("flatten"),
            new_layer("dense", units=classes),
            new_layer("softmax"),
        )
    )


def moody_architecture(classes: int = 2) -> Architecture:
    """Return the same with layers that train otherwise than they evaluate, and keep statistics."""
    plain = architecture(classes)
    return plain.insert(1, new_layer("batch_norm")).insert(4, new_layer("dropout", rate=0.25))
