"""Answers to every image of a split: counted, ranked and lost by loops of their own."""

from typing import Any

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data.dataset import Split, pixels
from engine.errors import BadInputError
from engine.evaluation import MOST_IMAGES, evaluate
from engine.model import Model
from engine.pieces import finished
from engine.predictions import Predictions, predictions
from tests.helpers import tiny

CLASSES = 4


def whole(work: Any) -> tuple[list[float], Predictions]:
    told: list[float] = []
    found = finished(work, told.append)
    return told, found


def network(last: str | None) -> Model:
    layers = tiny.architecture(CLASSES).layers[:-1]
    ending = (new_layer(last),) if last else ()
    return Model.build(Architecture((*layers, *ending)), (1, 8, 8), np.random.default_rng(3))


@pytest.mark.parametrize(
    ("last", "loss"),
    [
        ("softmax", "cross-entropy"), ("sigmoid", "binary cross-entropy"), ("softmax", "mean squared error"),
        (None, "mean squared error"),
    ],
)  # fmt: skip
def test_that_answers_are_those_of_each_image_alone(last: str | None, loss: str) -> None:
    model, split = network(last), tiny.dataset(classes=CLASSES, test=37).test
    _, found = whole(predictions(model, split, loss))
    for n in range(len(split)):
        one = Split(split.images[n : n + 1], split.labels[n : n + 1])
        output = model.forward(pixels(one.images))[0]
        assert found.read[n] == output.argmax() and found.sure[n] == pytest.approx(output.max(), rel=1e-5)
        assert found.losses[n] == pytest.approx(evaluate(model, one, loss=loss)[0], rel=1e-5)
    mean, right = evaluate(model, split, loss=loss)
    assert found.losses.mean() == pytest.approx(mean, rel=1e-5)
    assert found.right == round(right * len(split))


def test_the_counts_the_recall_and_the_ranking() -> None:
    labels, read = np.array([0, 0, 0, 1, 1, 3]), np.array([0, 2, 2, 1, 0, 3])
    found = Predictions(4, labels, read, np.ones(6), np.array([0.1, 2, 5, 0.2, np.nan, 9]))
    assert found.confusion.tolist() == [[1, 0, 2, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert found.recall == pytest.approx([1 / 3, 0.5, np.nan, 1], nan_ok=True)
    columns = found.confusion.sum(axis=0)
    precision = [found.confusion[k, k] / n if n else np.nan for k, n in enumerate(columns.tolist())]
    assert found.precision == pytest.approx(precision, nan_ok=True)
    assert found.right == 3
    assert found.mistakes.tolist() == [4, 2, 1]
    assert found.cell(0, 2).tolist() == [2, 1] and found.cell(2, 0).tolist() == []


def test_that_answers_come_in_pieces_and_nobody_writes_to_them() -> None:
    split = tiny.dataset(classes=CLASSES, test=2 * MOST_IMAGES + 1).test
    told, found = whole(predictions(network("softmax"), split))
    assert told == [250 / 501, 500 / 501, 1]
    with pytest.raises(ValueError, match="read-only"):
        found.read[0] = 1


def test_that_no_images_have_no_answers() -> None:
    split = tiny.dataset(classes=CLASSES).test
    told, found = whole(predictions(network("softmax"), Split(split.images[:0], split.labels[:0])))
    assert told == [] and found.confusion.shape == (4, 4) and not found.confusion.any() and len(found.mistakes) == 0


def test_that_weights_that_ran_away_have_answers_too() -> None:
    model = network("softmax")
    model.parameters.flat[...] = np.nan
    _, found = whole(predictions(model, tiny.dataset(classes=CLASSES).test))
    assert found.confusion.sum() == 20 and np.isnan(found.losses).all()


def test_that_an_unknown_loss_is_told() -> None:
    with pytest.raises(BadInputError, match="no loss"):
        next(predictions(network("softmax"), tiny.dataset(classes=CLASSES).test, "hinge"))
