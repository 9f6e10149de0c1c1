"""What is refused before the first step, each with its sentence."""

from dataclasses import replace

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data.dataset import Dataset, Split
from engine.errors import BadInputError
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import Trainer
from tests.helpers import tiny

DATA = tiny.dataset()
SHAPE = DATA.image_shape


def model(architecture: Architecture | None = None, shape: tuple[int, ...] = SHAPE) -> Model:
    chain = tiny.architecture() if architecture is None else architecture
    return Model.build(chain, shape, np.random.default_rng(0))


def refused(model: Model, dataset: Dataset = DATA, settings: TrainingSettings | None = None) -> str:
    with pytest.raises(BadInputError) as caught:
        Trainer(model, dataset, settings or TrainingSettings(), threads=1)
    return str(caught.value)


def test_that_a_network_for_this_data_is_accepted() -> None:
    assert Trainer(model(), DATA, TrainingSettings(batch_size=16), threads=1).steps > 0


def test_that_a_network_without_layers_is_refused() -> None:
    assert refused(model(Architecture())) == "The network has no layers; insert some, and Softmax as the last."


def test_that_a_network_without_softmax_is_refused() -> None:
    chain = Architecture((new_layer("flatten"), new_layer("dense", units=2)))
    assert (
        refused(model(chain))
        == "The network ends without Softmax, which cross-entropy needs. Append Softmax as the last layer."
    )


def test_that_a_network_for_other_classes_is_refused() -> None:
    assert "ends with 3 values, but the data has 2 classes" in refused(model(tiny.architecture(3)))


def test_that_a_network_for_other_images_is_refused() -> None:
    sentence = refused(model(shape=(3, 8, 8)))
    assert sentence.startswith("The network reads images of (3, 8, 8), but bands has (1, 8, 8)")


def test_that_weights_that_are_not_finite_are_refused() -> None:
    for bad in (np.nan, np.inf):
        spoiled = model()
        spoiled.parameters.flat[7] = bad
        assert refused(spoiled) == "The network's weights are not all finite numbers; start from fresh weights."


def test_that_data_without_training_images_is_refused() -> None:
    empty = replace(DATA, train=DATA.train.take(np.arange(0)))
    assert refused(model(), empty) == "bands has no training images; choose data that has some."


@pytest.mark.parametrize("split", ["train", "test", "validation"])
@pytest.mark.parametrize("label", [-1, 2])
def test_that_labels_without_a_class_are_refused_and_never_wrap_around(split: str, label: int) -> None:
    labels = np.array([0, 1, label, 0])
    wrong = replace(DATA, **{split: Split(DATA.train.images[:4], labels)})
    sentence = refused(model(), wrong)
    assert sentence == f"bands has labels from {min(labels)} to {max(labels)} for 2 classes; number them from 0 to 1."


def test_that_settings_outside_their_limits_are_refused() -> None:
    assert refused(model(), DATA, TrainingSettings(epochs=0)).startswith("Epochs is 0")
    sentence = refused(model(), DATA, TrainingSettings(optimizer="Best"))
    assert sentence.startswith("Optimizer must be one of gradient descent, momentum")
