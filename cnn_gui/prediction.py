"""What the document's network says of one picture."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from cnn_gui.document import Document

DRAWABLE_CHANNELS = (1, 3)


class NoPredictionError(Exception):
    """Why the network cannot say anything of a drawing, in one sentence for a person."""


def as_input(document: Document, picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return a grey picture (H, W) as an input (C, H, W) of the network; colour channels all get the same."""
    return np.repeat(picture[None], document.data.input_shape[0], axis=0)


def predict(document: Document, picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the probability of each class (K,) for a grey picture (H, W) in [0, 1].

    Raises:
        NoPredictionError: the chain is empty or cannot work, or its input is not a picture that one can draw.
    """
    if not document.architecture.layers:
        raise NoPredictionError(str(document.problem))
    if document.model is None:
        text = QCoreApplication.translate(
            "prediction", "The network cannot work as it is. The card with the red border says why."
        )
        raise NoPredictionError(text)
    if document.data.input_shape[0] not in DRAWABLE_CHANNELS:
        text = QCoreApplication.translate("prediction", "The network reads {0} channels; a drawing has one or three.")
        raise NoPredictionError(text.format(document.data.input_shape[0]))
    with np.errstate(all="ignore"):  # the bars say where the answer is not a number
        return document.model.forward(as_input(document, picture)[None])[0]
