"""The image that the lens looks at a network through."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

Image = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """An image (C, H, W) in [0, 1], what it is called, and its true class where one is known.

    Attributes:
        held_out: whether a run with the present settings never trains on it, although it is a training image.
        place: its number among the training images, where a run trains on it; else None.
    """

    image: Image
    title: str
    label: int | None = None
    held_out: bool = False
    place: int | None = None

    @property
    def whole_title(self) -> str:
        """What it is called, and whether it is held out."""
        text = QCoreApplication.translate("Sample", "{0} (held out for validation)")
        return text.format(self.title) if self.held_out else self.title

    def looks_like(self, other: "Sample") -> bool:
        """Return whether *other* has the same pixels and the same class."""
        return self.label == other.label and np.array_equal(self.image, other.image, equal_nan=True)
