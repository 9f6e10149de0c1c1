"""What the document's network says of a drawing."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from cnn_gui.document import Document

DRAWABLE_CHANNELS = (1, 3)


class NoPredictionError(Exception):
    """Why the network cannot say anything of a drawing, in one sentence for a person."""


def predict(document: Document, drawing: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the probability of each class (K,) for a drawing (C, H, W), prepared as the network's data looks.

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
        return document.model.forward(drawing[None])[0]
