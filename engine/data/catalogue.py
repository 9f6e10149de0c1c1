"""The data sets that can be named."""

from dataclasses import replace
from pathlib import Path

import resources
from engine.data.dataset import Dataset
from engine.data.npz import read_npz

BUNDLED = "bundled"


def load(source: str) -> Dataset:
    """Return the data set *source*: "bundled", or the path of a .npz file.

    Raises:
        BadInputError: the file is no usable data set.
        OSError: it cannot be read.
    """
    if source != BUNDLED:
        return read_npz(Path(source))
    digits = read_npz(resources.path("digits", "bundled.npz"))
    return replace(digits, name="Bundled MNIST digits")


def lasting(source: str) -> str:
    """Return *source* so that it means the same in every folder, for a file."""
    return source if source == BUNDLED else str(Path(source).absolute())
