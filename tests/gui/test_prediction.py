"""What the network says of a drawing, and why it cannot where it cannot."""

import numpy as np
import pytest

from cnn_gui.document import Document
from cnn_gui.prediction import NoPredictionError, predict
from engine.architecture import Architecture
from engine.data.dataset import Dataset, Split
from tests.helpers import tiny


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    return document


def in_channels(data: Dataset, channels: int) -> Dataset:
    """Return *data* with every image in so many channels."""

    def split(part: Split) -> Split:
        return Split(np.repeat(part.images, channels, axis=1), part.labels)

    return Dataset(data.name, split(data.train), split(data.test), data.class_names)


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((1, 8, 8), np.float32)


def test_that_the_answer_is_the_networks_own_output_for_the_picture(document, picture):
    answer = predict(document, picture)
    np.testing.assert_array_equal(answer, document.model.forward(picture[None])[0])
    assert answer.shape == (2,) and answer.sum() == pytest.approx(1, abs=1e-6)


def test_that_the_picture_is_not_changed_and_the_answer_is_the_callers_own(document, picture):
    picture.flags.writeable = False
    first = predict(document, picture).copy()
    kept = predict(document, picture)
    predict(document, 1 - picture)
    np.testing.assert_array_equal(kept, first)


def test_that_data_in_colour_asks_for_a_drawing_of_three_channels(document, picture):
    document.set_data(in_channels(tiny.dataset(), 3), "colour.npz")
    x = np.repeat(picture, 3, axis=0)
    np.testing.assert_array_equal(predict(document, x), document.model.forward(x[None])[0])


def test_that_a_network_of_other_channels_says_that_one_cannot_draw_for_it(document, picture):
    document.set_data(in_channels(tiny.dataset(), 2), "two.npz")
    assert document.model is not None
    with pytest.raises(NoPredictionError, match="reads 2 channels"):
        predict(document, picture)


def test_that_a_chain_that_cannot_work_says_where_to_look(document, picture):
    document.remove(document.architecture.layers[3].uid)  # the flattening
    with pytest.raises(NoPredictionError, match=r"cannot work as it is\. The card with the red border"):
        predict(document, picture)


def test_that_an_empty_network_says_so_and_what_to_do(document, picture):
    document.replace(Architecture(), "Clear")
    with pytest.raises(NoPredictionError, match=r"has no layers\. Drag a layer into it"):
        predict(document, picture)


@pytest.mark.parametrize("weight", [np.nan, 1e30])
def test_that_weights_out_of_all_bounds_give_an_answer_without_a_warning(document, picture, weight):
    document.model.parameters.flat[...] = weight
    assert predict(document, picture).shape == (2,)
